/** A Git server over HTTP on loopback: `git http-backend` behind Deno's own server. */

/** A running server. */
export interface GitServer {
  /** `http://127.0.0.1:<port>`; a repository at `<folder>/lib` is `<url>/lib`. */
  readonly url: string;
  /** Requests so far: method, path and `Authorization` header. */
  readonly requests: readonly { method: string; path: string; authorization: string | null }[];
  stop(): Promise<void>;
}

/** Serves every repository in a folder; with `token`, only to those who send it as a password. What lies below
 * `/moved/` is redirected to the same server, below `/away/` to the one at `away`. */
export function serveGitOverHttp(
  folder: string,
  { token, away }: { readonly token?: string; readonly away?: string } = {},
): GitServer {
  const requests: { method: string; path: string; authorization: string | null }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const authorization = request.headers.get("authorization");
    requests.push({ method: request.method, path: pathname, authorization });
    const moved = /^\/(moved|away)(\/.*)$/.exec(pathname);
    if (moved) {
      const base = moved[1] === "away" ? away : request.url;
      return Response.redirect(new URL(moved[2] + search, base), 301);
    }
    if (token !== undefined && authorization !== `Basic ${btoa(`x-access-token:${token}`)}`) {
      return new Response("who are you?", {
        status: 401,
        headers: { "www-authenticate": 'Basic realm="git"' },
      });
    }
    return await backend(folder, request, pathname, search.slice(1));
  });
  const { port } = server.addr as Deno.NetAddr;
  return { url: `http://127.0.0.1:${port}`, requests, stop: () => server.shutdown() };
}

/** One request through the CGI program. */
async function backend(folder: string, request: Request, path: string, query: string) {
  const child = new Deno.Command("git", {
    args: ["http-backend"],
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH")!,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_NOSYSTEM: "1",
      ...{ GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" },
      ...{ PATH_INFO: path, QUERY_STRING: query, REQUEST_METHOD: request.method },
      CONTENT_TYPE: request.headers.get("content-type") ?? "",
      HTTP_CONTENT_ENCODING: request.headers.get("content-encoding") ?? "",
      GIT_PROTOCOL: request.headers.get("git-protocol") ?? "",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const body = new Uint8Array(await request.arrayBuffer());
  const writer = child.stdin.getWriter();
  const fed = writer.write(body).then(() => writer.close()).catch(() => {});
  const { stdout } = await child.output();
  await fed;
  const end = findHeaderEnd(stdout);
  const headers = new Headers();
  let status = 200;
  for (const line of new TextDecoder().decode(stdout.subarray(0, end)).split("\r\n")) {
    const colon = line.indexOf(": ");
    if (colon < 0) continue;
    const [name, value] = [line.slice(0, colon), line.slice(colon + 2)];
    if (name === "Status") status = parseInt(value);
    else headers.append(name, value);
  }
  return new Response(stdout.slice(end + 4), { status, headers });
}

function findHeaderEnd(bytes: Uint8Array): number {
  for (let n = 0; n + 3 < bytes.length; n++) {
    if (bytes[n] === 13 && bytes[n + 1] === 10 && bytes[n + 2] === 13 && bytes[n + 3] === 10) {
      return n;
    }
  }
  throw new Error("git http-backend gave no headers");
}
