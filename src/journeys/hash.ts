/** Takes a file, a folder or a URL, gives the hash to pin it with. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { download } from "../fetch/http/download.ts";
import { readChunks } from "../system/contents.ts";
import { type Digest, toDigest } from "../digest.ts";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { hashTree } from "../store/nar.ts";

/** What was hashed: the bytes of a file (what `fetch_url` checks), or a tree as NAR (what a fixed output has). */
export interface Hashed {
  readonly digest: Digest;
  readonly of: "file" | "nar";
}

export interface HashRequest {
  readonly what: string;
  /** Hash a file as NAR too. */
  readonly nar: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number, total: number | null) => void;
}

/** Hashes; a URL is downloaded into the cache. */
export async function hash(machine: Machine, request: HashRequest): Promise<Hashed> {
  const { system, places } = machine;
  const { fs, host } = system;
  if (/^(https?|file):\/\//.test(request.what)) {
    const { path, digest } = await download(system, places.cache, {
      urls: [request.what],
      digest: null,
      signal: request.signal,
      onProgress: ({ bytes, total }) => request.onProgress(bytes, total),
    });
    return request.nar ? narOf(machine, path) : { digest, of: "file" };
  }
  const path = resolve(host.cwd, request.what);
  const info = fs.lstat(path);
  if (info === null) {
    throw new SysError("io", `Cannot hash ${request.what}: it does not exist`, {
      hint: "give a file, a folder, or a URL that starts with https://",
    });
  }
  const isFile = info.kind === "file" || (info.kind === "link" && isFileAt(machine, path));
  return isFile && !request.nar
    ? { digest: fileDigest(machine, fs.realPath(path)), of: "file" }
    : narOf(machine, path);
}

function narOf({ system }: Machine, path: string): Hashed {
  return { digest: toDigest("sha256", hashTree(system.fs, path)), of: "nar" };
}

function isFileAt({ system }: Machine, path: string): boolean {
  return system.fs.lstat(system.fs.realPath(path))?.kind === "file";
}

function fileDigest({ system }: Machine, path: string): Digest {
  const hash = createHash("sha256");
  for (const chunk of readChunks(system.fs, path)) hash.update(chunk);
  return toDigest("sha256", hash.digest());
}
