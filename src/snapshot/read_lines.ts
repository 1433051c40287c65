/** Takes a snapshot's number, gives the texts of its entries: to compare it with another without looking into what is
 * the same. */
import { SysError } from "../errors.ts";
import type { ReadFs } from "../system/fs.ts";
import { type BaseHash, Bases } from "./base.ts";
import { editedLines, type Lines, linesOf } from "./edits.ts";
import { asDamage, readStored, snapshotNumbers } from "./history.ts";
import { listsOf } from "./lists.ts";
import type { SnapshotNumber } from "./types.ts";

/** A snapshot, with the base that it names. */
export interface SnapshotLines {
  readonly number: SnapshotNumber;
  readonly lines: Lines;
  readonly base?: {
    readonly hash: BaseHash;
    readonly lines: Lines;
    /** Characters of its text. */
    readonly size: number;
    /** Characters that snapshots have taken since. */
    readonly spent: number;
  };
}

/** Reads one. @throws SysError of kind "snapshot" */
export function readLines(
  fs: ReadFs,
  root: string,
  number: SnapshotNumber,
  bases: Bases = new Bases(fs, root),
): SnapshotLines {
  const stored = readStored(fs, root, number);
  if ("snapshot" in stored) return { number, lines: linesOf(listsOf(stored.snapshot)) };
  const { spent, edits } = stored;
  return asDamage(root, number, () => {
    const { hash, lines, text } = bases.read(stored.base);
    const base = { hash, lines, size: text.length, spent };
    return { number, lines: editedLines(lines, edits), base };
  });
}

/** Reads the last one before a number; null where there is none. */
export function readBefore(
  fs: ReadFs,
  root: string,
  number: SnapshotNumber,
): SnapshotLines | "unreadable" | null {
  const last = snapshotNumbers(fs, root).findLast((one) => one < number);
  if (last === undefined) return null;
  try {
    return readLines(fs, root, last);
  } catch (thrown) {
    // Whoever needs it says so; the next one is written all the same.
    if (thrown instanceof SysError && thrown.kind === "snapshot") return "unreadable";
    throw thrown;
  }
}
