/** Objects that are out of the way while they are made again: `obj/.aside-<name>`.
 *
 * What is aside counts as absent. If whoever put it there is killed, the next command that has the store to itself
 * brings it back: a damaged object is better than none. */
import type { FileSystem } from "../system/mod.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import { isObjectName, type ObjectName } from "./names.ts";
import { whileOpen } from "./obj_folder.ts";
import { removeTree } from "./remove.ts";

const PREFIX = ".aside-";

/** Puts an object out of the way, if it is there. */
export function putAside(fs: FileSystem, root: string, object: ObjectName): void {
  const layout = layoutOf(root);
  const path = objectPath(layout, object);
  if (fs.lstat(path) === null) return;
  whileOpen(fs, layout, () => fs.rename(path, asidePath(layout, object)));
}

/** Brings back what was not made again, drops the rest. Call it with the exclusive lock held.
 * @returns the names in `obj/`, which may be very many: whoever needs them next need not list them again */
export function bringBack(fs: FileSystem, root: string): string[] {
  const layout = layoutOf(root);
  if (fs.lstat(layout.obj) === null) return [];
  const names = fs.readDir(layout.obj);
  const isAside = (name: string) =>
    name.startsWith(PREFIX) && isObjectName(name.slice(PREFIX.length));
  const aside = names.filter(isAside);
  if (aside.length === 0) return names;
  let flushed = false;
  for (const name of aside) {
    const object = name.slice(PREFIX.length) as ObjectName;
    const from = asidePath(layout, object), to = objectPath(layout, object);
    whileOpen(fs, layout, () => {
      if (fs.lstat(to) === null) return fs.rename(from, to);
      // What was made again has to be on the disk before the only other copy goes.
      if (!flushed) fs.syncDir(layout.obj);
      flushed = true;
      removeTree(fs, from);
    });
  }
  return fs.readDir(layout.obj);
}

function asidePath(layout: Layout, object: ObjectName): string {
  return `${layout.obj}/${PREFIX}${object}`;
}
