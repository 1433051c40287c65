/** What proves who asks stays with the server that was asked first. */
import assert from "node:assert/strict";
import { request } from "../../../src/fetch/http/request.ts";
import type { HttpRequest, HttpResponse, System } from "../../../src/system/mod.ts";
import { realSystem } from "../../../src/system/real.ts";
import { TempDir } from "../../realize/support.ts";
import { Server } from "./server.ts";

const NETRC = "machine a login me password p\nmachine b login you password q\n" +
  "machine localhost login me password p\ndefault login any password d\n";
const PRIVATE = { authorization: "Bearer secret", "x-token": "t" };

/** A system with a `.netrc` and a network of the test's. */
function systemWith(home: TempDir, send: (request: HttpRequest) => Promise<HttpResponse>): System {
  Deno.writeTextFileSync(`${home.path}/.netrc`, NETRC);
  const real = realSystem();
  const host = Object.assign(Object.create(real.host), { env: () => undefined });
  Object.defineProperty(host, "home", { value: home.path });
  return { ...real, host, network: { send } };
}

/** The private headers that reach each of some URLs, each of which redirects to the next. */
async function seenAlong(urls: readonly string[], headers: Record<string, string>, own: boolean) {
  using home = new TempDir();
  const seen: (string | undefined)[] = [];
  const system = systemWith(home, ({ url, headers = {} }) => {
    const at = seen.length;
    assert.equal(url, urls[at]);
    seen.push([headers.authorization, headers["x-token"], headers.cookie].find((one) => one));
    const more = urls[at + 1];
    return Promise.resolve({
      status: more === undefined ? 200 : 302,
      headers: new Headers(more === undefined ? {} : { location: more }),
      body: null,
    });
  });
  const { signal } = new AbortController();
  await request(system, {
    url: urls[0],
    connectTimeout: 10_000,
    signal,
    ...own ? { headers } : { privateHeaders: headers },
  });
  return seen.map((one) => one !== undefined);
}

const ROUTES: [title: string, urls: string[], trusted: boolean[]][] = [
  ["another path", ["https://a/1", "https://a/2"], [true, true]],
  ["https to http", ["https://a/", "http://a/"], [true, false]],
  ["http to https", ["http://a/", "https://a/"], [true, false]],
  ["another host", ["https://a/", "https://b/"], [true, false]],
  ["a host below it", ["https://a/", "https://x.a/"], [true, false]],
  ["another port", ["https://a/", "https://a:8443/"], [true, false]],
  ["there and back", ["https://a/", "https://b/", "https://a/"], [true, false, false]],
  ["down and up again", ["https://a/", "http://a/", "https://a/"], [true, false, false]],
];
for (const [title, urls, trusted] of ROUTES) {
  Deno.test(`redirect to ${title}: credentials`, async () => {
    assert.deepEqual(await seenAlong(urls, {}, false), trusted, ".netrc");
    assert.deepEqual(await seenAlong(urls, PRIVATE, false), trusted, "private headers");
    for (const name of ["Authorization", "Cookie"]) {
      assert.deepEqual(await seenAlong(urls, { [name]: "s" }, true), trusted, name);
    }
  });
}

/** A certificate for localhost and its key, or null where they can't be made. */
function certificate(folder: string): { cert: string; key: string } | null {
  const files = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
  try {
    const { success } = new Deno.Command("openssl", {
      args: [
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
        ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        ...["-addext", "basicConstraints=critical,CA:FALSE"],
        ...["-out", files.cert, "-keyout", files.key],
      ],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    if (!success) return null;
  } catch {
    return null;
  }
  return { cert: Deno.readTextFileSync(files.cert), key: Deno.readTextFileSync(files.key) };
}

const folder = new TempDir();
const pair = certificate(folder.path);
folder[Symbol.dispose]();

Deno.test({
  name: "redirect from a real https server to http: credentials (needs openssl)",
  ignore: pair === null,
  fn: async () => {
    using home = new TempDir();
    const { cert, key } = pair!;
    await using plain = new Server(() => ({ body: "plain" }));
    const target = plain.url("/there", "localhost");
    await using secure = new Server(() => ({ status: 302, headers: { location: target } }), {
      cert,
      key,
    });
    using client = Deno.createHttpClient({ caCerts: [cert] });
    const system = systemWith(home, async ({ url, headers, signal }) => {
      const answer = await fetch(url, { headers, signal, client, redirect: "manual" });
      return { status: answer.status, headers: answer.headers, body: answer.body };
    });
    const answer = await request(system, {
      url: secure.url("/file", "localhost"),
      privateHeaders: { "x-token": "t" },
      connectTimeout: 30_000,
      signal: new AbortController().signal,
    });
    assert.equal(await new Response(answer.body).text(), "plain");
    const proofs = ({ asked }: Server) =>
      asked.map(({ headers }) => [headers.authorization, headers["x-token"]]);
    assert.deepEqual(proofs(secure), [[`Basic ${btoa("me:p")}`, "t"]]);
    assert.deepEqual(proofs(plain), [[undefined, undefined]]);
  },
});

Deno.test("why a server does not answer is told without what the runtime puts in front", async () => {
  using home = new TempDir();
  const front = "error sending request for url (http://a/x): client error (Connect): ";
  const system = systemWith(
    home,
    () => Promise.reject(new TypeError(`${front}tcp: refused (111)`)),
  );
  const { signal } = new AbortController();
  await assert.rejects(
    request(system, { url: "http://a/x", connectTimeout: 10_000, signal }),
    { message: "tcp: refused (111)" },
  );
});
