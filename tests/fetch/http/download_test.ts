import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type Digest, toDigest } from "../../../src/digest.ts";
import {
  download,
  type DownloadProgress,
  type DownloadRequest,
} from "../../../src/fetch/http/download.ts";
import type { RetryPolicy } from "../../../src/fetch/http/retry.ts";
import { hashTree } from "../../../src/store/nar.ts";
import type { System } from "../../../src/system/mod.ts";
import { realSystem } from "../../../src/system/real.ts";
import { failureOf, TempDir } from "../../realize/support.ts";
import { ranged, type Reply, Server } from "./server.ts";

const BODY = Uint8Array.from({ length: 300_000 }, (_, n) => (n * 31 + (n >> 8)) & 255);
const DIGEST = digestOf(BODY);
/** How long a server has: until a test says that it is over, however slow this machine is. */
const PATIENCE = 3_600_000;
const RETRY_POLICY: RetryPolicy = {
  connect: PATIENCE,
  idle: PATIENCE,
  attempts: 3,
  backoff: 1,
  longest: 2000,
};

function digestOf(bytes: Uint8Array, algorithm: "sha256" | "sha512" = "sha256"): Digest {
  return toDigest(algorithm, createHash(algorithm).update(bytes).digest());
}

class Cache extends TempDir {
  readonly system: System;
  #over = Promise.withResolvers<void>();
  constructor(environment: Record<string, string> = {}) {
    super();
    const real = realSystem();
    const env = (name: string) => environment[name];
    const host = Object.assign(Object.create(real.host), { env });
    Object.defineProperty(host, "home", { value: this.path });
    const { now, monotonic } = real.clock;
    const sleep = (time: number, signal?: AbortSignal) => this.#sleep(real, time, signal);
    this.system = { ...real, host, clock: { now, monotonic, sleep } };
  }
  /** The time is over for the attempt that is being made. */
  losePatience() {
    this.#over.resolve();
  }
  #sleep({ clock }: System, time: number, signal = new AbortController().signal): Promise<void> {
    if (time === PATIENCE) {
      const stopped = new Promise<void>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
      return Promise.race([this.#over.promise, stopped]);
    }
    // Another attempt follows.
    this.#over = Promise.withResolvers();
    return clock.sleep(time, signal);
  }
  get(url: string | string[], more: Partial<DownloadRequest> = {}) {
    return download(this.system, `${this.path}/cache`, {
      urls: [url].flat(),
      digest: DIGEST,
      signal: new AbortController().signal,
      retryPolicy: RETRY_POLICY,
      ...more,
    });
  }
  /** Names of complete files. */
  files(): string[] {
    const names = [...Deno.readDirSync(`${this.path}/cache/downloads`)];
    return names.filter(({ isFile }) => isFile).map(({ name }) => name);
  }
  parts(): string[] {
    return [...Deno.readDirSync(`${this.path}/cache/downloads/part`)].map(({ name }) => name);
  }
}

/** A download from a server that answers by turns; the last reply is repeated. */
function check(
  title: string,
  replies: readonly Reply[],
  expected: { asked: number; error?: RegExp; keepsPart?: boolean },
) {
  Deno.test(`download: ${title}`, async () => {
    using cache = new Cache();
    await using server = new Server((_, n) => {
      const reply = replies[Math.min(n, replies.length) - 1];
      if (reply.stall === -1) cache.losePatience();
      return reply;
    });
    const onProgress = ({ bytes }: DownloadProgress) => {
      if (replies.some(({ stall }) => stall === bytes)) cache.losePatience();
    };
    if (expected.error === undefined) {
      const { path, size } = await cache.get(server.url(), { onProgress });
      assert.deepEqual(Deno.readFileSync(path), BODY);
      assert.equal(size, BODY.length);
      assert.deepEqual(cache.parts(), []);
    } else {
      const error = await failureOf(() => cache.get(server.url(), { onProgress }));
      assert.equal(error.kind, "fetch");
      assert.match(error.message, expected.error);
      assert.deepEqual(cache.files(), []);
      if (!expected.keepsPart) assert.deepEqual(cache.parts(), []);
    }
    assert.equal(server.asked.length, expected.asked);
  });
}

const good = { body: BODY };
check("plain", [good], { asked: 1 });
check("404 fails at once", [{ status: 404 }], { asked: 1, error: /answered 404 \(not found\)/ });
check("401 fails at once", [{ status: 401 }], { asked: 1, error: /credentials are needed/ });
check("500 is tried again", [{ status: 500 }, { status: 502 }, good], { asked: 3 });
check("500 for ever fails", [{ status: 503 }], { asked: 3, error: /answered 503/ });
check("429 waits as long as it is told", [
  { status: 429, headers: { "retry-after": "0" } },
  { status: 503, headers: { "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" } },
  good,
], { asked: 3 });
check("429 that asks for too long fails", [{ status: 429, headers: { "retry-after": "999" } }], {
  asked: 1,
  error: /asks to wait 999 s/,
});
check("wrong content shows both hashes", [{ body: "other" }], {
  asked: 1,
  error: new RegExp(
    `hash is ${escape(digestOf(new TextEncoder().encode("other")))}, and ${
      escape(DIGEST)
    } was wanted`,
  ),
});
check("a loop of redirects", [{ status: 302, headers: { location: "/file" } }], {
  asked: 11,
  error: /more than 10 redirects/,
});
check("a redirect to nowhere", [{ status: 302 }], { asked: 1, error: /redirects to nowhere/ });
check("a redirect into this machine", [{
  status: 302,
  headers: { location: "file:///etc/passwd" },
}], {
  asked: 1,
  error: /not on the web/,
});
check("cut off once, without a validator: from the start", [{ ...good, cut: 1000 }, good], {
  asked: 2,
});
check("cut off for ever", [{ body: BODY, cut: 0 }], {
  asked: 3,
  error: /Cannot fetch http/,
  keepsPart: true,
});
check("no head comes", [{ stall: -1 }, good], { asked: 2 });
check("the body stops", [{ ...good, stall: 5000 }, good], { asked: 2 });
check("no head ever comes", [{ stall: -1 }], { asked: 3, error: /no answer within 3600 s/ });
check("the body stops for ever", [{ ...good, stall: 5000 }], {
  asked: 3,
  error: /nothing came for 3600 s/,
  keepsPart: true,
});
check("no length is told", [{ ...good, headers: { "content-length": "" } }], { asked: 1 });

Deno.test("download: goes on where it was cut off", async () => {
  using cache = new Cache();
  await using server = new Server((asked, n) => ({
    ...ranged(BODY, '"v1"', asked),
    cut: n === 1 ? 200_000 : undefined,
  }));
  const { path } = await cache.get(server.url());
  assert.deepEqual(Deno.readFileSync(path), BODY);
  const from = /^bytes=(\d+)-$/.exec(server.asked[1].headers.range)!;
  assert.ok(Number(from[1]) > 0);
  assert.equal(server.asked[1].headers["if-range"], '"v1"');
});

Deno.test("download: an attempt that got further does not count", async () => {
  using cache = new Cache();
  // Ten pieces, which is more than there are attempts.
  await using server = new Server((asked) => {
    const reply = ranged(BODY, '"v1"', asked);
    return { ...reply, cut: Math.min(30_000, (reply.body as Uint8Array).length) };
  });
  assert.equal((await cache.get(server.url())).size, BODY.length);
});

for (const damaged of [false, true]) {
  Deno.test(`download: goes on with what an earlier process left${damaged ? ", unless that is damaged" : ""}`, async () => {
    using cache = new Cache();
    const stop = new AbortController();
    await using server = new Server((asked, n) => ({
      ...ranged(BODY, '"v1"', asked),
      stall: n === 1 ? 100_000 : undefined,
    }));
    const onProgress = ({ bytes }: DownloadProgress) => {
      if (bytes >= 100_000) stop.abort(new Error("stopped"));
    };
    await assert.rejects(cache.get(server.url(), { signal: stop.signal, onProgress }), /stopped/);
    const part = cache.parts().find((name) => !name.endsWith(".json"))!;
    if (damaged) {
      const path = `${cache.path}/cache/downloads/part/${part}`;
      Deno.writeFileSync(path, new Uint8Array(100_000));
    }
    const { path } = await cache.get(server.url());
    assert.deepEqual(Deno.readFileSync(path), BODY);
    assert.equal(server.asked[1].headers.range, "bytes=100000-");
    assert.equal(server.asked.length, damaged ? 3 : 2);
  });
}

Deno.test("download: what has changed meanwhile is fetched from the start", async () => {
  using cache = new Cache();
  const old = new Uint8Array(BODY.length);
  await using server = new Server((asked, n) =>
    n === 1 ? { ...ranged(old, '"v1"', asked), cut: 5000 } : ranged(BODY, '"v2"', asked)
  );
  assert.equal((await cache.get(server.url())).digest, DIGEST);
});

Deno.test("download: a part that is longer than the file is dropped", async () => {
  using cache = new Cache();
  await using server = new Server((asked, n) =>
    n === 1
      ? { ...ranged(BODY, '"v1"', asked), cut: 5000 }
      : asked.headers.range
      ? { status: 416 }
      : { body: BODY }
  );
  assert.equal((await cache.get(server.url())).digest, DIGEST);
});

Deno.test("download: mirrors are tried in order, and all of them are named", async () => {
  using cache = new Cache();
  await using bad = new Server(() => ({ status: 404 }));
  await using wrong = new Server(() => ({ body: "wrong" }));
  await using server = new Server(() => good);
  const error = await failureOf(() => cache.get([bad.url("/a"), wrong.url("/b")]));
  assert.match(error.message, /all 2 mirrors failed/);
  assert.equal(error.notes.length, 2);
  assert.equal(
    (await cache.get([bad.url("/a"), wrong.url("/b"), server.url("/c")])).digest,
    DIGEST,
  );
});

Deno.test("download: the cache is used, and never trusted", async () => {
  using cache = new Cache();
  await using server = new Server(() => good);
  const { path } = await cache.get(server.url());
  await cache.get(server.url());
  assert.equal(server.asked.length, 1);
  Deno.chmodSync(path, 0o600);
  Deno.writeFileSync(path, new Uint8Array(BODY.length));
  assert.deepEqual(Deno.readFileSync((await cache.get(server.url())).path), BODY);
  assert.equal(server.asked.length, 2);
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o444);
});

Deno.test("download: many at once of the same file fetch it once", async () => {
  using cache = new Cache();
  await using server = new Server(() => good);
  const all = await Promise.all(Array.from({ length: 8 }, () => cache.get(server.url())));
  assert.equal(new Set(all.map(({ path }) => path)).size, 1);
  assert.equal(server.asked.length, 1);
});

Deno.test("download: sha512, and no hash at all for who will pin it", async () => {
  using cache = new Cache();
  await using server = new Server(() => good);
  const sha512 = digestOf(BODY, "sha512");
  assert.equal((await cache.get(server.url(), { digest: sha512 })).digest, sha512);
  assert.equal((await cache.get(server.url(), { digest: null })).digest, DIGEST);
});

Deno.test("download: progress grows to the total", async () => {
  using cache = new Cache();
  await using server = new Server(() => good);
  const seen: DownloadProgress[] = [];
  await cache.get(server.url(), { onProgress: (far) => void seen.push(far) });
  assert.deepEqual(seen[0], { url: server.url(), bytes: 0, total: BODY.length });
  assert.equal(seen.at(-1)!.bytes, BODY.length);
  assert.ok(seen.every(({ bytes }, n) => n === 0 || bytes >= seen[n - 1].bytes));
});

Deno.test("download: file URLs", async () => {
  using cache = new Cache();
  Deno.writeFileSync(`${cache.path}/a b`, BODY);
  const { path } = await cache.get(`file://${cache.path}/a%20b`);
  assert.deepEqual(Deno.readFileSync(path), BODY);
  assert.match(
    (await failureOf(() => cache.get(`file://${cache.path}/none`, { digest: null }))).message,
    /does not exist/,
  );
  assert.match(
    (await failureOf(() => cache.get(`file://${cache.path}`, { digest: null }))).message,
    /is a folder/,
  );
});

Deno.test("download: other kinds of URL are refused", async () => {
  using cache = new Cache();
  assert.match(
    (await failureOf(() => cache.get("ftp://127.0.0.1/x"))).message,
    /"ftp:" is not supported/,
  );
  assert.match((await failureOf(() => cache.get("nonsense"))).message, /not a URL/);
});

Deno.test("download: Ctrl-C ends it", async () => {
  using cache = new Cache();
  const stop = new AbortController();
  const reason = new Error("stopped");
  await using server = new Server(() => {
    stop.abort(reason);
    return { stall: -1 };
  });
  await assert.rejects(cache.get(server.url(), { signal: stop.signal }), reason);
});

/** What reaches the server first asked, and the one that it redirects to. */
async function credentials(
  options: { netrc?: string; url?: (url: string) => string; more?: Partial<DownloadRequest> },
): Promise<{ first: (string | undefined)[]; second: (string | undefined)[] }> {
  using cache = new Cache({});
  if (options.netrc) Deno.writeTextFileSync(`${cache.path}/.netrc`, options.netrc);
  await using second = new Server(() => good);
  await using first = new Server(({ path }) =>
    path === "/file"
      ? { status: 302, headers: { location: "/again" } }
      : { status: 307, headers: { location: second.url("/there", "localhost") } }
  );
  const url = options.url?.(first.url()) ?? first.url();
  await cache.get(url, options.more);
  const seen = (server: Server) =>
    server.asked.map(({ headers }) => headers.authorization ?? headers["x-token"]);
  return { first: seen(first), second: seen(second) };
}

const basic = (text: string) => `Basic ${btoa(text)}`;

Deno.test("credentials: none are sent unless there are some", async () => {
  assert.deepEqual(await credentials({}), { first: [undefined, undefined], second: [undefined] });
});

Deno.test("credentials: `auth` stays with its host", async () => {
  assert.deepEqual(await credentials({ more: { auth: "me:secret" } }), {
    first: [basic("me:secret"), basic("me:secret")],
    second: [undefined],
  });
  assert.deepEqual((await credentials({ more: { auth: { token: "t" } } })).first[0], "Bearer t");
  assert.deepEqual((await credentials({ more: { auth: "Custom abc" } })).first[0], "Custom abc");
});

Deno.test("credentials: headers of the recipe stay with their host", async () => {
  assert.deepEqual(await credentials({ more: { headers: { "X-Token": "s" } } }), {
    first: ["s", "s"],
    second: [undefined],
  });
});

Deno.test("credentials: .netrc is read for the host that is asked, and no other", async () => {
  const netrc = `
# comment
machine 127.0.0.1 login me password "sec ret"
macdef init
cd /pub machine x

machine localhost
  login you account a password other`;
  assert.deepEqual(await credentials({ netrc }), {
    first: [basic("me:sec ret"), basic("me:sec ret")],
    second: [undefined],
  });
});

Deno.test("credentials: the default entry of .netrc is for hosts that have none", async () => {
  const { first, second } = await credentials({ netrc: "default login me password p" });
  assert.deepEqual([first[0], second], [basic("me:p"), [undefined]]);
});

Deno.test("credentials: those in a URL are sent, and never shown", async () => {
  const withUser = (url: string) => url.replace("http://", "http://me:p%40ss@");
  assert.equal((await credentials({ url: withUser })).first[0], basic("me:p@ss"));
  using cache = new Cache();
  await using server = new Server(() => ({ status: 404 }));
  const error = await failureOf(() => cache.get(withUser(server.url())));
  assert.ok(!error.message.includes("p%40ss"), error.message);
});

function escape(text: string): string {
  return text.replace(/[+/=]/g, "\\$&");
}

Deno.test("the hash of a file's NAR in place of that of its bytes is told apart from any other", async () => {
  using cache = new Cache();
  Deno.writeFileSync(`${cache.path}/file`, BODY);
  const get = (digest: Digest) =>
    failureOf(() => cache.get(`file://${cache.path}/file`, { digest }));
  const nar = toDigest("sha256", hashTree(cache.system.fs, `${cache.path}/file`));
  assert.match((await get(nar)).hint!, /is the hash of the file's NAR/);
  assert.match(
    (await get(digestOf(new Uint8Array()))).hint!,
    /if the new content is the right one/,
  );
  assert.match((await get(digestOf(BODY.slice(1), "sha512"))).hint!, /if the new content/);
});
