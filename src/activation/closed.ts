/** Takes paths, gives the folders above them that the user who runs sys may certainly not write into. */
import { dirname } from "node:path/posix";
import type { WantedPath } from "../plan/types.ts";
import { type FileInfo, FsError, type ReadFs } from "../system/fs.ts";
import type { Host } from "../system/host.ts";

const OTHERS_WRITE = 0o022;

/** By path: the closed folder that it, or the first folder to be made for it, would lie in. What is done as the owner of
 * a path is left out, and so is a folder that its group may write into: sys does not know all groups of a user. */
export function closedFolders(
  fs: ReadFs,
  { os, uid, elevated }: Pick<Host, "os" | "uid" | "elevated">,
  paths: readonly WantedPath[],
): Map<string, string> {
  const closed = new Map<string, string>();
  if (elevated || os === "windows") return closed;
  for (const { path, owner } of paths) {
    const found = owner === undefined ? nearest(fs, dirname(path)) : null;
    if (found === null || found.info.uid === uid) continue;
    if ((found.info.mode & OTHERS_WRITE) === 0) closed.set(path, found.folder);
  }
  return closed;
}

/** The first folder above that is there. */
function nearest(fs: ReadFs, from: string): { folder: string; info: FileInfo } | null {
  for (let folder = from;; folder = dirname(folder)) {
    const info = fs.lstat(folder);
    if (info?.kind === "dir") return { folder, info };
    if (info?.kind === "link") return behind(fs, folder);
    if (info !== null || folder === dirname(folder)) return null;
  }
}

function behind(fs: ReadFs, link: string): { folder: string; info: FileInfo } | null {
  try {
    const folder = fs.realPath(link);
    const info = fs.lstat(folder);
    return info?.kind === "dir" ? { folder, info } : null;
  } catch (thrown) {
    if (!(thrown instanceof FsError)) throw thrown;
    return null;
  }
}
