/** Takes a snapshot's number and a tag, gives the snapshot that tag. */
import { SysError } from "../errors.ts";
import type { FileSystem } from "../system/fs.ts";
import { listSnapshots, readSnapshot, recordSnapshot } from "./history.ts";
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
  for (const other of listSnapshots(fs, root)) {
    if (other.number === number || !other.tags.includes(tag)) continue;
    from = other.number;
    recordSnapshot(fs, root, { ...other, tags: other.tags.filter((one) => one !== tag) });
  }
  if (snapshot.tags.includes(tag)) return { snapshot, from };
  const tagged = { ...snapshot, tags: [...snapshot.tags, tag].sort() };
  recordSnapshot(fs, root, tagged);
  return { snapshot: tagged, from };
}
