/** Takes the current snapshot, tells where the world is not what it says. */
import type { Machine } from "../machine/open.ts";
import { type Drift, driftOf } from "../plan/drift.ts";
import { editedFiles } from "./edits.ts";
import { lookAt } from "./propose.ts";
import { readCurrent } from "../snapshot/history.ts";
import type { Snapshot } from "../snapshot/types.ts";
import type { ObjectName } from "../store/names.ts";

/** How the world is. */
export interface Status {
  /** Null where nothing was applied yet. */
  readonly snapshot: Snapshot | null;
  readonly drift: readonly Drift[];
}

/** Objects that a snapshot needs and that are not in the store. */
export function missingObjects(
  { store }: Pick<Machine, "store">,
  snapshot: Snapshot,
): ObjectName[] {
  return [...store.missing(store.closure(snapshot.wanted.objects))].sort();
}

/** Compares, and changes nothing. */
export async function status(machine: Machine): Promise<Status> {
  const snapshot = readCurrent(machine.system.fs, machine.root);
  if (snapshot === null) return { snapshot, drift: [] };
  const world = await lookAt(machine, snapshot.wanted, snapshot);
  const missing = missingObjects(machine, snapshot).map((object): Drift => ({
    target: object,
    kind: "object",
    expected: "in the store",
    found: "nothing",
  }));
  const seen = [...world.rewritten.keys()].flatMap((path) => leadsTo(snapshot, path));
  const edited = editedFiles(machine, snapshot)
    .filter(({ path }) => !seen.some((to) => `${path}/`.startsWith(`${to}/`)))
    .map(({ object, path, change }): Drift => ({
      target: path,
      kind: "object",
      expected: `as it was when ${object} was made`,
      found: change,
    }));
  return { snapshot, drift: [...driftOf(snapshot.wanted, world), ...edited, ...missing] };
}

/** Where a managed link leads. */
function leadsTo({ wanted }: Snapshot, link: string): string[] {
  return wanted.paths.flatMap(({ path, state }) =>
    path === link && state.kind === "link" ? [state.to] : []
  );
}
