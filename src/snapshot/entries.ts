/** Takes a root, gives what any of its snapshots has: what thousands of them share is looked at once, not by each. */
import type { ReadFs } from "../system/fs.ts";
import { type Base, Bases } from "./base.ts";
import { rangeIn } from "./edits.ts";
import type { Shared } from "./format.ts";
import { asDamage, readStored, snapshotNumbers } from "./history.ts";
import { type ListName, type Lists, listsOf, type Rest } from "./lists.ts";

/** What is told of all snapshots. */
export interface Visitor {
  /** Called for each snapshot; says which of its lists are to be looked into. */
  snapshot(rest: Rest): readonly ListName[];
  /** Called for each entry of these, once or a few times. */
  entry<L extends ListName>(list: L, entry: Lists[L][number]): void;
}

/** Looks at all snapshots. @throws SysError of kind "snapshot" when one can't be read */
export function visitEntries(fs: ReadFs, root: string, visitor: Visitor): void {
  const shared = new SharedEntries(visitor);
  const bases = new Bases(fs, root);
  for (const number of snapshotNumbers(fs, root)) {
    const stored = readStored(fs, root, number);
    if ("snapshot" in stored) {
      const lists = listsOf(stored.snapshot);
      for (const list of visitor.snapshot(stored.snapshot)) {
        for (const entry of lists[list]) visitor.entry(list, entry);
      }
    } else asDamage(root, number, () => shared.add(stored, bases.read(stored.base)));
  }
  shared.flush();
}

/** Which entries of a base are kept by any snapshot that shares it. */
class SharedEntries {
  #base: Base | null = null;
  readonly #kept = new Map<ListName, Uint8Array>();

  constructor(private readonly visitor: Visitor) {}

  add({ rest, edits }: Shared, base: Base): void {
    if (base !== this.#base) this.flush();
    this.#base = base;
    for (const list of this.visitor.snapshot(rest)) {
      const { length } = base.lists[list];
      const kept = this.#kept.get(list) ?? new Uint8Array(length);
      this.#kept.set(list, kept);
      for (const edit of edits.lists[list] ?? []) {
        if ("keep" in edit) kept.fill(1, ...rangeIn(edit.keep, length));
        else for (const entry of edit.add) this.visitor.entry(list, entry as never);
      }
    }
  }

  /** Tells of those that were kept. */
  flush(): void {
    for (const [list, kept] of this.#kept) {
      const entries = this.#base!.lists[list];
      for (let n = 0; n < kept.length; n++) {
        if (kept[n] === 1) this.visitor.entry(list, entries[n]);
      }
    }
    this.#kept.clear();
  }
}
