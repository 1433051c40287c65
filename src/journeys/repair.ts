/** Takes what an interrupted or failed apply has left, finishes undoing it; sets damaged snapshots aside. */
import { repair as repairJournals, type Repairs } from "../activation/recover.ts";
import { rebuildOriginals } from "../activation/rebuild_originals.ts";
import { damagedJournals, setAsideJournals } from "../activation/journal.ts";
import type { Machine } from "../machine/open.ts";
import { isListGone } from "../snapshot/originals.ts";
import { type SetAside, setAsideDamaged } from "../snapshot/set_aside.ts";

/** What came of it. */
export interface Repaired extends Repairs {
  /** Snapshots that were damaged, and are out of the way; and which one is current now, where that changed. */
  readonly snapshots: SetAside;
  /** Where journals lie that could not be read, and of which nothing was undone. */
  readonly journals: readonly string[];
  /** The list of originals was damaged, and was made again with so many; null where it was not. */
  readonly originals: number | null;
}

/** Repairs; `forget` gives up what can't be restored. Call it with the lock held for repairing. */
export async function repair(machine: Machine, forget: boolean): Promise<Repaired> {
  const { system: { fs }, adapters, root } = machine;
  // What a damaged journal had kept is listed nowhere else, so it is listed before the journal goes.
  const isMore = damagedJournals(fs, root).length > 0 || isListGone(fs, root);
  const originals = await rebuildOriginals(fs, root, isMore);
  const journals = setAsideJournals(fs, root);
  const snapshots = setAsideDamaged(fs, root);
  return { ...await repairJournals(fs, adapters, root, forget), originals, snapshots, journals };
}
