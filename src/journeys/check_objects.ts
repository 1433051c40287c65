/** Takes the objects that are to be activated, looks whether they are what their names say. */
import type { Snapshot } from "../snapshot/types.ts";
import { refuseChanged } from "../store/changes.ts";
import type { ObjectName } from "../store/names.ts";
import type { Store } from "../store/types.ts";

/** Looks at what is to be used, with all that it refers to: what was changed behind the store's back is not
 * activated. Gives the objects that are used for the first time.
 * @throws SysError of kind "store" */
export function checkObjects(
  store: Store,
  objects: readonly ObjectName[],
  current: Snapshot | null,
): ObjectName[] {
  refuseChanged(store, objects, "activate");
  const known = new Set(current?.wanted.objects);
  return objects.filter((object) => !known.has(object));
}
