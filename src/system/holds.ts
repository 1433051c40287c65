/** What a file system can hold of what it is told. States are compared by it: what can't be held is no difference. */

export interface Holds {
  /** Permissions: all of them, or of a file whether it can be written. */
  readonly modes: "all" | "read-only";
}

/** All that POSIX has. */
export const POSIX: Holds = { modes: "all" };

/** What FAT and NTFS have for programs that know POSIX only: the attribute "read-only" of files. */
export const WINDOWS: Holds = { modes: "read-only" };

/** The permissions that `lstat` shows of what was given these. */
export function heldMode(
  holds: Holds,
  kind: "file" | "dir" | "link" | "other",
  mode: number,
): number {
  if (holds.modes === "all") return mode;
  if (kind === "dir") return 0o755;
  return mode & 0o200 ? 0o666 : 0o444;
}
