/** Takes what is needed to go back, and to give back what was there before; gives what of it is gone. */
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { layoutOf } from "../store/layout.ts";
import { objectNames } from "../store/list.ts";
import type { ObjectName } from "../store/names.ts";
import type { Problem } from "../store/verify.ts";
import type { NamedRoot } from "../store/why.ts";
import { neededBesides, snapshotNeeds } from "./needed.ts";

/** An object that is gone, and what needs it: `snapshot 3`, `sys originals`. */
export interface Missing {
  readonly object: ObjectName;
  readonly neededBy: readonly string[];
}

/** Sorted by object, without those of which a problem tells. What is damaged so that it can't say what it needs is
 * left out: each command tells of it. */
export function missingObjects(machine: Machine, told: readonly Problem[]): Missing[] {
  const there = new Set<ObjectName | null>(told.map(({ lost }) => lost));
  for (const object of objectNames(machine.system.fs, layoutOf(machine.root))) there.add(object);
  const neededBy = new Map<ObjectName, string[]>();
  for (const { name, objects } of knownNeeds(machine)) {
    for (const object of new Set(objects)) {
      if (!there.has(object)) neededBy.set(object, [...neededBy.get(object) ?? [], name]);
    }
  }
  return [...neededBy].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([object, neededBy]) => ({ object, neededBy }));
}

/** As a problem that a repair tries to mend. */
export function lossOf({ object }: Missing): Problem {
  return { object, kind: "missing", problem: "it is not there", lost: object };
}

function* knownNeeds(machine: Machine): Generator<NamedRoot> {
  try {
    for (const { number, objects } of snapshotNeeds(machine)) {
      yield { name: `snapshot ${number}`, objects };
    }
    yield* neededBesides(machine);
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
  }
}
