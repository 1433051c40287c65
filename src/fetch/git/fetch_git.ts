/** Takes a repository's URL and a commit, gives the tree of that commit without `.git`. */
import * as posix from "node:path/posix";
import { type Digest, toDigest } from "../../digest.ts";
import { SysError } from "../../errors.ts";
import { hashTree } from "../../store/nar.ts";
import type { System } from "../../system/mod.ts";
import { isFullRevision } from "./refs.ts";
import { openRepository } from "./repository.ts";
import { shownUrl } from "../http/credentials.ts";
import { readSubmodules } from "./gitmodules.ts";
import { makeFolders } from "../../system/folders.ts";
import { removeTree } from "../../store/remove.ts";

export type GitSystem = Pick<System, "fs" | "processes" | "network" | "clock" | "host">;

export interface GitRequest {
  readonly url: string;
  /** A commit. A branch or a tag only together with a hash, since those may move. */
  readonly rev: string;
  /** NAR hash (sha256) of the tree; null where the commit is proof enough. */
  readonly hash: Digest | null;
  readonly submodules: boolean;
  readonly token: string | null;
  readonly cacheDir: string;
  /** Where the tree is to be; nothing is there yet. */
  readonly dest: string;
  readonly signal: AbortSignal;
}

/** Submodules within submodules. */
const DEPTH = 16;

/** Fetches a tree. After an error nothing is at `dest`. @returns the commit @throws SysError of kind "fetch" */
export async function fetchGit(system: GitSystem, request: GitRequest): Promise<string> {
  const { url, rev, hash, dest } = request;
  if (!isFullRevision(rev) && hash === null) {
    throw new SysError("fetch", `Cannot fetch ${shownUrl(url)}: "${rev}" is no commit`, {
      hint: "give all 40 digits of a commit; a branch or a tag needs a hash, since it may move",
    });
  }
  makeFolders(system.fs, dest);
  try {
    const commit = await exportTree(system, request, DEPTH);
    if (hash === null) return commit;
    const found = toDigest("sha256", hashTree(system.fs, dest));
    if (found === hash) return commit;
    throw new SysError(
      "fetch",
      `Cannot fetch ${shownUrl(url)} at ${rev}: its hash is ${found}, and ${hash} was wanted`,
      { hint: "if the new content is the right one, put its hash into the configuration" },
    );
  } catch (thrown) {
    removeTree(system.fs, dest);
    throw thrown;
  }
}

async function exportTree(system: GitSystem, request: GitRequest, depth: number): Promise<string> {
  const { url, rev, dest, cacheDir, token, signal } = request;
  signal.throwIfAborted();
  if (/^-|[\s\0]/.test(url)) throw new SysError("fetch", `Cannot fetch "${url}": it is no URL`);
  const repository = await openRepository(system, { remote: url, cacheDir, token, signal });
  const commit = await repository.resolve(rev);
  await repository.export(commit, dest);
  if (!request.submodules) return commit;
  const pinned = repository.submodules(commit);
  const urls = readSubmodules(system.fs, posix.join(dest, ".gitmodules"));
  for (const [path, inner] of pinned) {
    const remote = urls.get(path);
    if (remote === undefined) continue;
    if (depth === 0) {
      throw new SysError("fetch", `Cannot fetch ${shownUrl(url)}: its submodules never end`);
    }
    const from = submoduleUrl(url, remote);
    // A token is for the server that it was given for.
    const own = originOf(from) === originOf(url) ? token : null;
    const sub = { ...request, url: from, rev: inner, token: own, dest: posix.join(dest, path) };
    await exportTree(system, sub, depth - 1);
  }
  return commit;
}

/** A submodule's URL, which may be relative to that of the repository. A repository from elsewhere must not reach
 * into this machine. */
function submoduleUrl(base: string, url: string): string {
  let found = url;
  if (/^\.\.?\//.test(url)) {
    const match = /^([a-z+]+:\/\/[^/]*|[^/]*:)?(.*)$/is.exec(base);
    const [, start = "", path = ""] = match ?? [];
    found = `${start}${posix.join(path, url)}`;
  }
  if (isLocal(found) && !isLocal(base)) {
    throw new SysError(
      "fetch",
      `Cannot fetch the submodule ${url} of ${shownUrl(base)}: it is local`,
    );
  }
  return found;
}

/** What git takes for a folder of this machine: all that is neither a URL nor `host:path`. One letter before the colon is a
 * drive on Windows. */
function isLocal(url: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return /^file:/i.test(url);
  return !/^(\[[^\]]*\]|[^/\\:[]{2,}):(?!:)/.test(url) || /^file:/i.test(url);
}

function originOf(url: string): string | null {
  return /^https?:\/\//.test(url) ? new URL(url).origin : null;
}
