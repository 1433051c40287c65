/** Takes a path, says why nothing can be read there. */
import { type FileInfo, FsError, type ReadFs } from "../system/fs.ts";

/** Null for a file, and for a link to one. Whoever reads without asking would wait for ever for a pipe, and get the
 * system's error for a link that leads to nothing. */
export function whyNoFile(fs: ReadFs, path: string): string | null {
  const info = fs.lstat(path);
  const kind = info?.kind === "link" ? kindBehind(fs, path) : info?.kind;
  if (kind === undefined) return info === null ? "is gone" : "leads to nothing";
  return kind === "file" ? null : kind === "dir" ? "is a folder" : "is no file";
}

function kindBehind(fs: ReadFs, path: string): FileInfo["kind"] | undefined {
  try {
    return fs.lstat(fs.realPath(path))?.kind;
  } catch (thrown) {
    if (thrown instanceof FsError) return undefined;
    throw thrown;
  }
}
