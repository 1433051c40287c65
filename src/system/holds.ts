/** What a file system can hold of what it is told. States are compared by it: what can't be held is no difference. */
import type { Os } from "./host.ts";

export interface Holds {
  /** Permissions: all of them, or of a file whether it can be written. */
  readonly modes: "all" | "read-only";
  /** Names: each for itself, or as one those that differ by case alone, or by how they are composed too; where the
   * volume is so (`name_key.ts`). */
  readonly names: "exact" | "caseless" | "folded";
}

/** All that POSIX has. */
export const POSIX: Holds = { modes: "all", names: "exact" };

/** What volumes of macOS have, as a rule. */
export const MACOS: Holds = { modes: "all", names: "folded" };

/** What FAT and NTFS have for programs that know POSIX only: the attribute "read-only" of files. */
export const WINDOWS: Holds = { modes: "read-only", names: "caseless" };

/** By operating system. */
export const HOLDS: Readonly<Record<Os, Holds>> = {
  linux: POSIX,
  darwin: MACOS,
  windows: WINDOWS,
};

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
