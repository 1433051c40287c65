/** Takes numbers or tags, gives the snapshots that were recorded; names them. */
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { chooseSnapshot } from "../snapshot/choose.ts";
import { currentNumber, readCurrent } from "../snapshot/history.ts";
import { summaries } from "../snapshot/summary.ts";
import { type Tagged, tagSnapshot } from "../snapshot/tag.ts";
import type { Snapshot, SnapshotNumber, Summary } from "../snapshot/types.ts";

type Here = Pick<Machine, "system" | "root">;

/** What the list tells of every snapshot, the oldest first, and which of them is current. */
export function history(
  { system: { fs }, root }: Here,
): { readonly snapshots: readonly Summary[]; readonly current: SnapshotNumber | null } {
  return { snapshots: summaries(fs, root), current: currentNumber(fs, root) };
}

/** One snapshot by number or tag; the current one when none is named.
 * @throws SysError of kind "snapshot" when there is none */
export function showSnapshot({ system: { fs }, root }: Here, named: string | undefined): Snapshot {
  const snapshot = named === undefined ? readCurrent(fs, root) : chooseSnapshot(fs, root, named);
  if (snapshot !== null) return snapshot;
  throw new SysError("snapshot", "Cannot show the current snapshot: nothing was applied yet", {
    hint: "`sys apply` makes the first",
  });
}

/** Gives a snapshot a tag. Call it with the exclusive lock held. */
export function tag({ system: { fs }, root }: Here, named: string, name: string): Tagged {
  return tagSnapshot(fs, root, chooseSnapshot(fs, root, named).number, name);
}
