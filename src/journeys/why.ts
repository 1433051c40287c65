/** Takes an object, says what keeps it in the store. */
import type { Machine } from "../machine/open.ts";
import { allNeeds, inUse, neededBesides, snapshotNeeds } from "./needed.ts";
import { currentNumber } from "../snapshot/history.ts";
import { layoutOf } from "../store/layout.ts";
import type { ObjectName } from "../store/names.ts";
import { recentObjects } from "../store/recent.ts";
import { gcRoots } from "../store/roots.ts";
import { type NamedRoot, type Reason, whyKept } from "../store/why.ts";

/** Snapshots and other roots that need an object, each with the way to it; where there are none, what keeps it for the
 * time being. */
export function why(machine: Machine, object: ObjectName): Reason[] {
  const { system: { fs, clock }, root } = machine;
  const current = currentNumber(fs, root);
  const snapshots = Array.from(snapshotNeeds(machine), (one): NamedRoot => {
    const name = `snapshot ${one.number}${one.number === current ? " (current)" : ""}`;
    return { name, objects: one.objects };
  });
  const links = gcRoots(fs, layoutOf(root)).map(({ path, link, objects }): NamedRoot => ({
    name: link ?? path,
    objects,
  }));
  const lasting = [...snapshots, ...neededBesides(machine), ...links];
  const reasons = whyKept(fs, root, object, lasting);
  if (reasons.length > 0) return reasons;
  const recent = recentObjects(fs, root, clock.now());
  return whyKept(fs, root, object, [
    ...inUse(machine, allNeeds(machine).paths),
    { name: "built within the last hour", objects: recent },
  ]);
}
