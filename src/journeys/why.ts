/** Takes an object, says what keeps it in the store. */
import { dirname } from "node:path";
import type { Machine } from "../machine/open.ts";
import { inUse, neededBy } from "./needed.ts";
import { currentNumber, listSnapshots } from "../snapshot/history.ts";
import { layoutOf } from "../store/layout.ts";
import type { ObjectName } from "../store/names.ts";
import { recentObjects } from "../store/recent.ts";
import { AUTO, gcRoots } from "../store/roots.ts";
import { type NamedRoot, type Reason, whyKept } from "../store/why.ts";

/** Snapshots and other roots that need an object, each with the way to it; where there are none, what keeps it for the
 * time being. */
export function why(machine: Machine, object: ObjectName): Reason[] {
  const { system: { fs, clock }, root } = machine;
  const snapshots = listSnapshots(fs, root);
  const links = gcRoots(fs, layoutOf(root)).map(({ path, objects }): NamedRoot => ({
    // What `--out-link` has made is known by the link, which leads on from here.
    name: dirname(path).endsWith(`/${AUTO}`) ? fs.readLink(path) : path,
    objects,
  }));
  const lasting = [...neededBy(machine, snapshots, currentNumber(fs, root)), ...links];
  const reasons = whyKept(fs, root, object, lasting);
  if (reasons.length > 0) return reasons;
  const recent = recentObjects(fs, root, clock.now());
  return whyKept(fs, root, object, [
    ...inUse(machine, snapshots),
    { name: "built within the last hour", objects: recent },
  ]);
}
