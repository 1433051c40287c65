/** Marks the objects of the system's store so that not even root changes them by mistake, and takes the marks off
 * where objects have to go. A user's store has no such marks: setting them takes root. */
import type { Machine } from "./open.ts";
import { protect, unprotect } from "../store/immutable.ts";
import type { ObjectName } from "../store/names.ts";

type Here = Pick<Machine, "system" | "root" | "places">;

/** Marks objects, where this is the system's store and its file system can. */
export async function protectObjects(
  machine: Here,
  objects: Iterable<ObjectName>,
): Promise<void> {
  const some = [...objects];
  if (isMarked(machine) && some.length > 0) await protect(machine.system, machine.root, some);
}

/** Takes the marks off. */
export async function releaseObjects(
  machine: Here,
  objects: Iterable<ObjectName>,
): Promise<void> {
  const some = [...objects];
  if (isMarked(machine) && some.length > 0) await unprotect(machine.system, machine.root, some);
}

function isMarked({ system: { host }, root, places }: Here): boolean {
  return host.elevated && root === places.systemRoot;
}
