/** Takes a snapshot's number and a tag, gives the snapshot that tag. */
import { SysError } from "../errors.ts";
import type { FileSystem } from "../system/fs.ts";
import { writeLasting } from "./files.ts";
import { formatShared, formatSnapshot } from "./format.ts";
import { asTexts } from "./edits.ts";
import { eachRest, readSnapshot, readStored, snapshotPath } from "./history.ts";
import { noteSnapshot } from "./summary.ts";
import type { Snapshot, SnapshotNumber } from "./types.ts";

const TAG = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

/** A snapshot that has a tag now, and the one that had it, which gc may delete from now on. */
export interface Tagged {
  readonly snapshot: Snapshot;
  readonly from: SnapshotNumber | null;
}

/** Tags a snapshot. A tag names one snapshot: it leaves the one that had it. */
export function tagSnapshot(
  fs: FileSystem,
  root: string,
  number: SnapshotNumber,
  tag: string,
): Tagged {
  if (!TAG.test(tag)) {
    throw new SysError("usage", `Cannot tag snapshot ${number}: "${tag}" is no tag`, {
      hint: "a tag starts with a letter and has letters, digits, `.`, `_` and `-`, 64 at most",
    });
  }
  const snapshot = readSnapshot(fs, root, number);
  let from: SnapshotNumber | null = null;
  for (const other of eachRest(fs, root)) {
    if (other.number === number || !other.tags.includes(tag)) continue;
    from = other.number;
    writeTags(fs, root, other.number, other.tags.filter((one) => one !== tag));
  }
  if (snapshot.tags.includes(tag)) return { snapshot, from };
  const tags = [...snapshot.tags, tag].sort();
  writeTags(fs, root, number, tags);
  return { snapshot: { ...snapshot, tags }, from };
}

/** Writes a snapshot again as it was stored, but for its tags. */
function writeTags(
  fs: FileSystem,
  root: string,
  number: SnapshotNumber,
  tags: readonly string[],
): void {
  const stored = readStored(fs, root, number);
  const content = "snapshot" in stored
    ? formatSnapshot({ ...stored.snapshot, tags }, stored.counts)
    : formatShared({ ...stored, rest: { ...stored.rest, tags }, edits: asTexts(stored.edits) });
  writeLasting(fs, snapshotPath(root, number), content, 0o600);
  noteSnapshot(fs, root, number);
}
