/** Takes a snapshot's number and a tag, gives the snapshot that tag. */
import { SysError } from "../errors.ts";
import type { FileSystem } from "../system/fs.ts";
import { listSnapshots, readSnapshot, recordSnapshot } from "./history.ts";
import type { Snapshot, SnapshotNumber } from "./types.ts";

const TAG = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

/** Tags a snapshot. A tag names one snapshot: it leaves the one that had it. */
export function tagSnapshot(
  fs: FileSystem,
  root: string,
  number: SnapshotNumber,
  tag: string,
): Snapshot {
  if (!TAG.test(tag)) {
    throw new SysError("usage", `Cannot tag snapshot ${number}: "${tag}" is no tag`, {
      hint: "a tag starts with a letter and has letters, digits, `.`, `_` and `-`, 64 at most",
    });
  }
  const snapshot = readSnapshot(fs, root, number);
  for (const other of listSnapshots(fs, root)) {
    if (other.number === number || !other.tags.includes(tag)) continue;
    recordSnapshot(fs, root, { ...other, tags: other.tags.filter((one) => one !== tag) });
  }
  if (snapshot.tags.includes(tag)) return snapshot;
  const tagged = { ...snapshot, tags: [...snapshot.tags, tag].sort() };
  recordSnapshot(fs, root, tagged);
  return tagged;
}
