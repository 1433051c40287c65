/** Takes two snapshots by number or tag, gives what differs between them. */
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { chooseSnapshot } from "../snapshot/choose.ts";
import { diffSnapshots, type SnapshotDiff } from "../snapshot/diff.ts";
import { readCurrent, readSnapshot, snapshotNumbers } from "../snapshot/history.ts";
import type { Snapshot } from "../snapshot/types.ts";
import { layoutOf } from "../store/layout.ts";
import { objectSize } from "../store/list.ts";

/** A difference with the sizes of both. */
export interface SizedDiff extends SnapshotDiff {
  /** Bytes of all that each needs. */
  readonly bytes: { readonly from: number; readonly to: number };
}

/** Compares; by default the snapshot before the current one with it. */
export async function diff(
  machine: Machine,
  from: string | undefined,
  to: string | undefined,
): Promise<SizedDiff> {
  const { fs } = machine.system;
  const { root } = machine;
  const newer = to === undefined ? readCurrent(fs, root) : chooseSnapshot(fs, root, to);
  if (newer === null) {
    throw new SysError("snapshot", "Cannot compare snapshots: nothing was applied yet");
  }
  const older = from === undefined ? before(machine, newer) : chooseSnapshot(fs, root, from);
  return {
    ...await diffSnapshots(fs, older, newer),
    bytes: { from: closureSize(machine, older), to: closureSize(machine, newer) },
  };
}

function before({ system: { fs }, root }: Machine, { number }: Snapshot): Snapshot {
  const older = snapshotNumbers(fs, root).findLast((one) => one < number);
  if (older !== undefined) return readSnapshot(fs, root, older);
  throw new SysError("snapshot", `Cannot compare snapshot ${number}: there is none before it`, {
    hint: `\`sys show ${number}\` shows it whole`,
  });
}

function closureSize({ system: { fs }, root, store }: Machine, { wanted }: Snapshot): number {
  const layout = layoutOf(root);
  let bytes = 0;
  for (const object of store.closure(wanted.objects)) {
    if (store.has(object)) bytes += objectSize(fs, layout, object);
  }
  return bytes;
}
