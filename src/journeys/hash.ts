/** Takes a file, a folder or a URL, gives the hash to pin it with. */
import { createHash } from "node:crypto";
import { download } from "../fetch/http/download.ts";
import { readChunks } from "../system/contents.ts";
import { namedPath } from "../system/named_path.ts";
import { type Digest, toDigest } from "../digest.ts";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { hashTree } from "../store/nar.ts";

/** Both hashes of what was hashed. */
export interface Hashed {
  /** Of a file's bytes, as `fetch_url` checks it; null for a folder. */
  readonly file: Digest | null;
  /** Of a file or folder as NAR, as a derivation with a fixed output has it. */
  readonly nar: Digest;
}

export interface HashRequest {
  readonly what: string;
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
    return { file: digest, nar: narOf(machine, path) };
  }
  const path = namedPath(host, request.what);
  const info = fs.lstat(path);
  if (info === null) {
    throw new SysError("io", `Cannot hash ${request.what}: it does not exist`, {
      hint: "give a file, a folder, or a URL that starts with https://",
    });
  }
  const isFile = info.kind === "file" || (info.kind === "link" && isFileAt(machine, path));
  return {
    file: isFile ? fileDigest(machine, fs.realPath(path)) : null,
    nar: narOf(machine, path),
  };
}

function narOf({ system }: Machine, path: string): Digest {
  return toDigest("sha256", hashTree(system.fs, path));
}

function isFileAt({ system }: Machine, path: string): boolean {
  return system.fs.lstat(system.fs.realPath(path))?.kind === "file";
}

function fileDigest({ system }: Machine, path: string): Digest {
  const hash = createHash("sha256");
  for (const chunk of readChunks(system.fs, path)) hash.update(chunk);
  return toDigest("sha256", hash.digest());
}
