/** Takes what an interrupted or failed apply has left, finishes undoing it; sets damaged snapshots aside. */
import { repair as repairJournals, type Repairs } from "../activation/recover.ts";
import { rebuildOriginals } from "../activation/rebuild_originals.ts";
import type { Machine } from "../machine/open.ts";
import { setAsideDamaged } from "../snapshot/set_aside.ts";
import type { SnapshotNumber } from "../snapshot/types.ts";

/** What came of it. */
export interface Repaired extends Repairs {
  /** Snapshots that were damaged, and are out of the way. */
  readonly aside: readonly SnapshotNumber[];
  /** The list of originals was damaged, and was made again with so many; null where it was not. */
  readonly originals: number | null;
}

/** Repairs; `forget` gives up what can't be restored. Call it with the exclusive lock held. */
export async function repair(machine: Machine, forget: boolean): Promise<Repaired> {
  const { system: { fs }, adapters, root } = machine;
  const originals = rebuildOriginals(fs, root);
  return {
    ...await repairJournals(fs, adapters, root, forget),
    originals,
    aside: setAsideDamaged(fs, root),
  };
}
