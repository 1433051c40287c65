/** Takes an object, says what keeps it. */
import type { ReadFs } from "../system/mod.ts";
import { layoutOf, objectPath } from "./layout.ts";
import type { ObjectName } from "./names.ts";
import { identityOf } from "./remake.ts";

/** Something that keeps objects: a snapshot, the profile, an entry of `gcroots/`. */
export interface NamedRoot {
  /** For people: `snapshot 12`. */
  readonly name: string;
  readonly objects: readonly ObjectName[];
}

/** A reason: the root, and the references from its object to the one asked for, both ends included. */
export interface Reason {
  readonly root: string;
  readonly path: readonly ObjectName[];
}

/** One shortest reason for each root that keeps the object; none means that gc would remove it.
 * @throws SysError of kind "store" as gc does where it is not known what an object needs */
export function whyKept(
  fs: ReadFs,
  root: string,
  object: ObjectName,
  roots: Iterable<NamedRoot>,
): Reason[] {
  const layout = layoutOf(root);
  const known = new Map<ObjectName, readonly ObjectName[]>();
  const referencesOf = (from: ObjectName) => {
    const references = known.get(from) ??
      (fs.lstat(objectPath(layout, from)) === null ? [] : identityOf(fs, layout, from).references);
    known.set(from, references);
    return references;
  };
  return [...roots].flatMap(({ name, objects }) => {
    const path = shortestPath(objects, object, referencesOf);
    return path === null ? [] : [{ root: name, path }];
  });
}

function shortestPath(
  from: readonly ObjectName[],
  to: ObjectName,
  referencesOf: (object: ObjectName) => readonly ObjectName[],
): ObjectName[] | null {
  const cameFrom = new Map<ObjectName, ObjectName | null>(from.map((object) => [object, null]));
  // The map's iteration reaches what is added on the way, nearest first.
  for (const [object] of cameFrom) {
    if (object === to) {
      const path = [object];
      for (let at = cameFrom.get(object); at; at = cameFrom.get(at)) path.unshift(at);
      return path;
    }
    for (const other of referencesOf(object)) {
      if (!cameFrom.has(other)) cameFrom.set(other, object);
    }
  }
  return null;
}
