/** Objects that are out of the way while they are made again: `obj/.aside-<name>`. While there are any, there is a file
 * `obj/.aside`: a store may have very many objects, and nobody looks through all of their names for nothing.
 *
 * What is aside counts as absent. If whoever put it there is killed, the next command that has the store to itself
 * brings it back: a damaged object is better than none. */
import type { FileSystem } from "../system/mod.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import { isObjectName, type ObjectName } from "./names.ts";
import { whileOpen } from "./obj_folder.ts";
import { removeTree } from "./remove.ts";

const MARK = ".aside";
const PREFIX = `${MARK}-`;

/** Puts an object out of the way, if it is there. */
export function putAside(fs: FileSystem, root: string, object: ObjectName): void {
  const layout = layoutOf(root);
  const path = objectPath(layout, object);
  if (fs.lstat(path) === null) return;
  const mark = markPath(layout);
  whileOpen(fs, layout, () => {
    if (fs.lstat(mark) === null) {
      fs.create(mark, 0o444).close();
      // Without it what is aside would be forgotten.
      fs.syncDir(layout.obj);
    }
    fs.rename(path, asidePath(layout, object));
  });
}

/** Brings back what was not made again, drops the rest. Call it with the exclusive lock held. */
export function bringBack(fs: FileSystem, root: string): void {
  const layout = layoutOf(root);
  if (fs.lstat(markPath(layout)) === null) return;
  const aside = fs.readDir(layout.obj).filter((name) => name.startsWith(PREFIX))
    .map((name) => name.slice(PREFIX.length)).filter((name) => isObjectName(name));
  whileOpen(fs, layout, () => {
    const again = aside.filter((object) => {
      const to = objectPath(layout, object);
      if (fs.lstat(to) !== null) return true;
      fs.rename(asidePath(layout, object), to);
      return false;
    });
    // What is back, or was made again, has to be on the disk before the only other copy, or the mark, goes.
    fs.syncDir(layout.obj);
    for (const object of again) removeTree(fs, asidePath(layout, object));
    fs.remove(markPath(layout));
  });
}

function markPath(layout: Layout): string {
  return `${layout.obj}/${MARK}`;
}

function asidePath(layout: Layout, object: ObjectName): string {
  return `${layout.obj}/${PREFIX}${object}`;
}
