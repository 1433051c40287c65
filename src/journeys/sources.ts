/** Takes the files beside a config that are to be activated, makes them objects; checks objects before their use. */
import type { Evaluated } from "./evaluate.ts";
import type { Machine } from "../machine/open.ts";
import { placeholdersIn, sourcePlaceholder } from "../manifest/placeholder.ts";
import type { Activation } from "../manifest/types.ts";
import { sourceObject } from "./propose.ts";
import { sourcePath } from "./build.ts";
import type { Snapshot } from "../snapshot/types.ts";
import { refuseChanged } from "../store/changes.ts";
import { layoutOf } from "../store/layout.ts";
import type { ObjectName } from "../store/names.ts";
import type { Store } from "../store/types.ts";

/** Flushes the names of objects, so that a snapshot that survives a power cut finds what it refers to. */
export function flushNames({ system: { fs }, root }: Machine): void {
  const { obj, refs } = layoutOf(root);
  for (const folder of [obj, refs]) if (fs.lstat(folder) !== null) fs.syncDir(folder);
}

/** Copies into the store what activations name and is not there yet. */
export function addSources(
  { store }: Machine,
  evaluated: Evaluated,
  activations: readonly Activation[],
): void {
  const named = new Set(placeholdersIn(JSON.stringify(activations.map(({ actions }) => actions))));
  for (const source of evaluated.manifest.sources) {
    if (!named.has(sourcePlaceholder(source.id)) || store.has(sourceObject(source))) continue;
    store.addTree(source.name, sourcePath(evaluated, source), source.id);
  }
}

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
