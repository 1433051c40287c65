/** The form that everything in the store has. */

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
