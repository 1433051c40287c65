/** Takes the current snapshot, tells where the world is not what it says. */
import type { Machine } from "./machine.ts";
import { type Drift, driftOf } from "./plan/drift.ts";
import { lookAt } from "./propose.ts";
import { readCurrent } from "./snapshot/shelf.ts";
import type { Snapshot } from "./snapshot/types.ts";

/** How the world is. */
export interface Status {
  /** Null where nothing was applied yet. */
  readonly snapshot: Snapshot | null;
  readonly drift: readonly Drift[];
}

/** Compares, and changes nothing. */
export async function status(machine: Machine): Promise<Status> {
  const snapshot = readCurrent(machine.system.fs, machine.root);
  if (snapshot === null) return { snapshot, drift: [] };
  const world = await lookAt(machine, snapshot.wanted, snapshot);
  return { snapshot, drift: driftOf(snapshot.wanted, world) };
}
