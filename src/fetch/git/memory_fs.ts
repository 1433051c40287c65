/** Takes nothing, gives the file system in memory that the embedded Git keeps its objects in. */
import type { PromiseFsClient } from "isomorphic-git";

/** Files by path; a folder is `null`. */
export function memoryFs(): PromiseFsClient {
  const nodes = new Map<string, Uint8Array | null>([["/", null]]);
  const clean = (path: string) => path.replace(/\/+/g, "/").replace(/(.)\/$/, "$1");
  const get = (path: string): Uint8Array | null => {
    const node = nodes.get(clean(path));
    if (node === undefined) throw failure("ENOENT", path);
    return node;
  };
  // deno-lint-ignore require-await -- the interface wants promises, and rejections instead of throws
  const stat = async (path: string) => {
    const node = get(path);
    return {
      type: node === null ? "dir" : "file",
      mode: node === null ? 0o40755 : 0o100644,
      size: node?.length ?? 0,
      ...{ ino: 0, mtimeMs: 0, ctimeMs: 0, uid: 0, gid: 0, dev: 0 },
      isFile: () => node !== null,
      isDirectory: () => node === null,
      isSymbolicLink: () => false,
    };
  };
  const refuse = (path: string) => Promise.reject(failure("ENOTSUP", path));
  const promises = {
    stat,
    lstat: stat,
    // deno-lint-ignore require-await
    async readFile(path: string, options?: { encoding?: string } | string) {
      const node = get(path);
      if (node === null) throw failure("EISDIR", path);
      const encoding = typeof options === "string" ? options : options?.encoding;
      return encoding ? new TextDecoder().decode(node) : node;
    },
    // deno-lint-ignore require-await
    async writeFile(path: string, data: Uint8Array | string) {
      get(clean(path).replace(/\/[^/]*$/, "") || "/");
      nodes.set(clean(path), typeof data === "string" ? new TextEncoder().encode(data) : data);
    },
    // deno-lint-ignore require-await
    async unlink(path: string) {
      get(path);
      nodes.delete(clean(path));
    },
    // deno-lint-ignore require-await
    async readdir(path: string) {
      get(path);
      const prefix = clean(path) === "/" ? "/" : `${clean(path)}/`;
      const below = [...nodes.keys()].filter((name) => name !== "/" && name.startsWith(prefix));
      return below.map((name) => name.slice(prefix.length)).filter((name) => !name.includes("/"));
    },
    // deno-lint-ignore require-await
    async mkdir(path: string) {
      if (nodes.has(clean(path))) throw failure("EEXIST", path);
      get(clean(path).replace(/\/[^/]*$/, "") || "/");
      nodes.set(clean(path), null);
    },
    // deno-lint-ignore require-await
    async rmdir(path: string) {
      get(path);
      nodes.delete(clean(path));
    },
    readlink: refuse,
    symlink: refuse,
  };
  return { promises } as unknown as PromiseFsClient;
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
