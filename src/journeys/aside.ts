/** Takes objects that are to be made again, moves them out of the way until they are. */
import type { Machine } from "../machine/open.ts";
import { layoutOf, objectPath } from "../store/layout.ts";
import type { ObjectName } from "../store/names.ts";
import { removeTree } from "../store/remove.ts";

/** Objects that are out of the way while they are made again. */
export class Aside {
  readonly #machine: Machine;
  readonly #moved = new Map<ObjectName, string>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  put(object: ObjectName): void {
    const { system: { fs }, root } = this.#machine;
    const layout = layoutOf(root);
    const path = objectPath(layout, object);
    if (fs.lstat(path) === null) return;
    // Names with a dot count as absent, and are removed by gc if this is killed.
    const to = `${layout.obj}/.old-repair-${object}`;
    fs.rename(path, to);
    this.#moved.set(object, to);
  }

  /** Drops what was made again, brings back what was not. */
  settle(): void {
    const { system: { fs }, root, store } = this.#machine;
    for (const [object, from] of this.#moved) {
      if (store.has(object)) removeTree(fs, from);
      else fs.rename(from, objectPath(layoutOf(root), object));
    }
  }
}
