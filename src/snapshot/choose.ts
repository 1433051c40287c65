/** Takes what a person named, gives the snapshot that is meant. */
import { SysError } from "../errors.ts";
import type { ReadFs } from "../system/fs.ts";
import { parseSnapshotNumber } from "./number.ts";
import { eachRest, readCurrent, readSnapshot, snapshotNumbers } from "./history.ts";
import type { Snapshot } from "./types.ts";

/** The snapshot with a number or a tag. @throws SysError when there is none */
export function chooseSnapshot(fs: ReadFs, root: string, named: string): Snapshot {
  if (/^[0-9]+$/.test(named)) return readSnapshot(fs, root, parseSnapshotNumber(named));
  const found = [...eachRest(fs, root)].findLast(({ tags }) => tags.includes(named));
  if (found) return readSnapshot(fs, root, found.number);
  throw new SysError("snapshot", `Cannot find the snapshot "${named}": none has that tag`, {
    hint: "`sys history` lists numbers and tags",
  });
}

/** The one before a snapshot. After a rollback to 3 that is 2, so that a second rollback goes further back. */
export function previousSnapshot(fs: ReadFs, root: string): Snapshot {
  const current = readCurrent(fs, root);
  if (current === null) {
    throw new SysError("snapshot", "Cannot go back: nothing was applied yet");
  }
  const from = current.restores ?? current.number;
  const before = snapshotNumbers(fs, root).findLast((one) => one < from);
  if (before === undefined) {
    throw new SysError("snapshot", `Cannot go back: there is no snapshot before ${from}`, {
      hint:
        "`sys rollback <number>` goes to any that `sys history` lists; `sys destroy` returns everything to " +
        "what was there before sys.lua",
    });
  }
  const found = readSnapshot(fs, root, before);
  // What a rollback brought back is named by what it brought back.
  return found.restores === null ? found : readIfThere(fs, root, found) ?? found;
}

function readIfThere(fs: ReadFs, root: string, { restores }: Snapshot): Snapshot | null {
  return restores !== null && snapshotNumbers(fs, root).includes(restores)
    ? readSnapshot(fs, root, restores)
    : null;
}
