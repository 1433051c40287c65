/** Takes the records of all objects, gives what refers to what.
 *
 * Objects are numbers here: a store may hold hundreds of thousands, and gc has to stay small. */
import type { ReadFs } from "../system/mod.ts";
import { FILE_RECORDS, fileRecords } from "./file_records.ts";
import type { Layout } from "./layout.ts";
import { isObjectName, type ObjectName } from "./names.ts";
import { identityOf } from "./remake.ts";

export class ReferenceGraph {
  /** All objects of the store, sorted; their numbers are their places here. */
  readonly objects: readonly ObjectName[];
  /** Paths below `obj/` and `refs/` that are no object and the record of none. */
  readonly leftovers: readonly string[];
  readonly #numbers = new Map<ObjectName, number>();
  /** The objects that number n refers to are in `#edges` from `#starts[n]` to `#starts[n + 1]`. */
  readonly #starts: Uint32Array;
  readonly #edges: number[] = [];

  /** A record that is lost is made again from its object.
   * @throws SysError of kind "store" when that is damaged, too: what it needs is unknown */
  constructor(fs: ReadFs, layout: Layout) {
    const files = fileRecords(fs, layout);
    const names = namesIn(fs, layout.obj);
    this.objects = names.filter(isObjectName);
    for (const [n, object] of this.objects.entries()) this.#numbers.set(object, n);
    // What is recorded about no object. The names of the others are not kept.
    const stray = namesIn(fs, layout.refs).filter((name) =>
      name !== FILE_RECORDS && !this.#numbers.has(name as ObjectName)
    );
    this.#starts = new Uint32Array(this.objects.length + 1);
    for (const [n, object] of this.objects.entries()) {
      // Those refer to nothing.
      const references = files.has(object) ? [] : identityOf(fs, layout, object).references;
      for (const other of references) {
        const to = this.#numbers.get(other);
        if (to !== undefined && to !== n) this.#edges.push(to);
      }
      this.#starts[n + 1] = this.#edges.length;
    }
    this.leftovers = [
      ...names.filter((name) => !isObjectName(name)).map((name) => `${layout.obj}/${name}`),
      ...stray.map((name) => `${layout.refs}/${name}`),
    ];
  }

  /** 1 for each object that is one of these or is reached from them, 0 for the others. */
  reach(roots: Iterable<ObjectName>): Uint8Array {
    const reached = new Uint8Array(this.objects.length);
    const waiting: number[] = [];
    for (const root of roots) {
      const n = this.#numbers.get(root);
      if (n !== undefined && reached[n] === 0) waiting.push(n), reached[n] = 1;
    }
    for (let n = waiting.pop(); n !== undefined; n = waiting.pop()) {
      for (let at = this.#starts[n]; at < this.#starts[n + 1]; at++) {
        const to = this.#edges[at];
        if (reached[to] === 0) waiting.push(to), reached[to] = 1;
      }
    }
    return reached;
  }

  /** The objects outside a set, each before those that it refers to. */
  outside(set: Uint8Array): number[] {
    const referrers = new Uint32Array(this.objects.length);
    const order: number[] = [];
    for (let n = 0; n < set.length; n++) {
      if (set[n] === 1) continue;
      for (let at = this.#starts[n]; at < this.#starts[n + 1]; at++) referrers[this.#edges[at]]++;
    }
    const seen = Uint8Array.from(set);
    const take = (n: number) => {
      seen[n] = 1;
      order.push(n);
    };
    for (let n = 0; n < set.length; n++) if (set[n] === 0 && referrers[n] === 0) take(n);
    // The list grows while it is gone through.
    for (const n of order) {
      for (let at = this.#starts[n]; at < this.#starts[n + 1]; at++) {
        const to = this.#edges[at];
        if (--referrers[to] === 0 && seen[to] === 0) take(to);
      }
    }
    // Content hashes allow no circles, but damaged records might hold one.
    for (let n = 0; n < set.length; n++) if (seen[n] === 0) take(n);
    return order;
  }

  /** The number of an object, if it is in the store. */
  numberOf(object: ObjectName): number | undefined {
    return this.#numbers.get(object);
  }
}

/** What is in a folder; nothing where there is none. */
function namesIn(fs: ReadFs, folder: string): string[] {
  return fs.lstat(folder) === null ? [] : fs.readDir(folder);
}
