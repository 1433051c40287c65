/** Takes what an interrupted or failed apply has left, finishes undoing it; sets damaged snapshots aside. */
import { type Recovery, repair as repairJournals } from "../activation/recover.ts";
import type { Machine } from "../machine/open.ts";
import { setAsideDamaged } from "../snapshot/set_aside.ts";
import type { SnapshotNumber } from "../snapshot/types.ts";

/** What came of it. */
export interface Repaired {
  readonly recoveries: readonly Recovery[];
  /** Snapshots that were damaged, and are out of the way. */
  readonly aside: readonly SnapshotNumber[];
}

/** Repairs; `forget` gives up what can't be restored. Call it with the exclusive lock held. */
export async function repair(machine: Machine, forget: boolean): Promise<Repaired> {
  const { system: { fs }, adapters, root } = machine;
  return {
    recoveries: await repairJournals(fs, adapters, root, forget),
    aside: setAsideDamaged(fs, root),
  };
}
