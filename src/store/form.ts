/** The form that everything in the store has. */
import type { FileInfo, FileSystem } from "../system/mod.ts";

/** Modification time, seconds since the epoch. Not 0, which some programs take for "unknown". */
export const MTIME = 1;

/** Permissions of folders. */
export const FOLDER_MODE = 0o555;

/** Permissions of a file that had these before. */
export function canonicalMode(mode: number): number {
  return mode & 0o100 ? 0o555 : 0o444;
}

/** Permissions of what only its owner may read, from those that all may read. */
export function privateMode(mode: number): number {
  return mode & 0o700;
}

/** Gives a file or folder its permissions and the time that everything has. The time comes first: Windows sets none of
 * a file that is read-only. @param info how it is now */
export function giveForm(
  fs: FileSystem,
  path: string,
  info: Pick<FileInfo, "kind" | "mode" | "mtime">,
  mode: number,
): void {
  const closed = info.kind === "file" && fs.holds.modes === "read-only" && !(info.mode & 0o200);
  const opens = closed && info.mtime !== MTIME;
  if (opens) fs.chmod(path, 0o600);
  if (info.mtime !== MTIME) fs.utime(path, MTIME);
  if (opens || info.mode !== mode) fs.chmod(path, mode);
}
