/** Takes what has to stay, removes the rest.
 *
 * The caller holds the exclusive lock, so nothing is being built. At every instant of a collection the store is
 * whole: an object leaves its name in one step, and before the objects that it refers to. */
import { SysError } from "../errors.ts";
import type { FileSystem, System } from "../system/mod.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import { isObjectName, type ObjectName } from "./names.ts";
import { readRecord } from "./record.ts";
import { removeTree, treeSize } from "./remove.ts";
import { gcRoots } from "./roots.ts";
import { NOTHING, type RestKind, type SweepOptions, sweepRest } from "./sweep.ts";
import { sparePath, storing } from "./write.ts";

export interface GcOptions extends SweepOptions {
  /** Stop when so many bytes are freed. */
  readonly maxBytes?: number;
  /** Called before objects are removed, some hundred at a time: takes marks off them that forbid it. */
  readonly unlock?: (objects: readonly ObjectName[]) => Promise<void>;
  /** Called after each. */
  readonly onRemoved?: (removed: Removed) => void;
}

/** An object that was removed, or would be. */
export interface Removed {
  readonly object: ObjectName;
  readonly bytes: number;
}

export interface GcOutcome {
  readonly removed: readonly Removed[];
  /** Derivations, logs, links for people, stale roots, leftovers: how many of each. */
  readonly rest: Readonly<Record<RestKind, number>>;
  /** Bytes freed by all of it. */
  readonly bytes: number;
}

/** Objects handled between two calls of `unlock`. */
const BATCH = 500;

/**
 * Removes what neither `roots` nor `gcroots/` reach by recorded references.
 * @throws SysError of kind "store" when a record can't be read: what it keeps alive is unknown, so nothing goes
 */
export async function collectGarbage(
  system: Pick<System, "fs" | "host">,
  root: string,
  roots: Iterable<ObjectName>,
  options: GcOptions = {},
): Promise<GcOutcome> {
  const { fs } = system;
  const layout = layoutOf(root);
  if (fs.lstat(layout.dir) === null) {
    return { removed: [], rest: NOTHING, bytes: 0 };
  }
  const recorded = new Set(namesIn(fs, layout.refs));
  const objects = namesIn(fs, layout.obj).filter(isObjectName);
  const fromRoots = gcRoots(fs, layout);
  const live = new Set([...roots, ...fromRoots.flatMap((entry) => entry.objects)]);
  for (const object of live) {
    for (const other of referencesOf(fs, layout, object, recorded)) live.add(other);
  }
  const dead = referrersFirst(
    objects.filter((object) => !live.has(object)),
    (object) => referencesOf(fs, layout, object, recorded),
  );

  const limit = options.maxBytes ?? Infinity;
  const removed: Removed[] = [];
  let bytes = 0;
  for (let from = 0; from < dead.length && bytes < limit; from += BATCH) {
    const batch = dead.slice(from, from + BATCH);
    if (!options.dryRun) await options.unlock?.(batch);
    for (const object of batch) {
      if (bytes >= limit) break;
      const freed = options.dryRun
        ? treeSize(fs, objectPath(layout, object))
        : storing(() => takeOut(fs, layout, object, recorded.has(object)));
      bytes += freed;
      removed.push({ object, bytes: freed });
      options.onRemoved?.({ object, bytes: freed });
    }
  }
  const gone = new Set(removed.map(({ object }) => object));
  const there = new Set(objects.filter((object) => !gone.has(object)));
  const rest = storing(() => sweepRest(system, layout, there, fromRoots, options));
  return { removed, rest: rest.counts, bytes: bytes + rest.bytes };
}

/** Removes one object, whatever refers to it: a damaged one that is to be made again. Gives the bytes that this
 * frees. */
export function removeObject(fs: FileSystem, root: string, object: ObjectName): number {
  return storing(() => takeOut(fs, layoutOf(root), object, true));
}

function takeOut(fs: FileSystem, layout: Layout, object: ObjectName, recorded: boolean): number {
  const path = objectPath(layout, object);
  const info = fs.lstat(path);
  let freed = 0;
  if (info?.kind === "dir") {
    // Within `obj/` a folder can be renamed although it is read-only.
    const leaving = `${layout.obj}/.old-${sparePath(layout).slice(-24)}`;
    fs.rename(path, leaving);
    freed = removeTree(fs, leaving);
  } else if (info !== null) {
    freed = info.nlink === 1 ? info.size : 0;
    fs.remove(path);
  }
  const record = `${layout.refs}/${object}`;
  if (recorded && fs.lstat(record) !== null) fs.remove(record);
  return freed;
}

function referencesOf(
  fs: FileSystem,
  layout: Layout,
  object: ObjectName,
  recorded: ReadonlySet<string>,
): readonly ObjectName[] {
  if (!recorded.has(object)) return [];
  try {
    return readRecord(fs, layout, object)?.references ?? [];
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
    throw new SysError("store", `Cannot tell what ${object} needs: ${thrown.message}`, {
      hint: "nothing was removed; `sys store verify --repair` makes the record again",
      cause: thrown,
    });
  }
}

function namesIn(fs: FileSystem, folder: string): string[] {
  return fs.lstat(folder) === null ? [] : fs.readDir(folder);
}

/** Orders objects so that each comes before those that it refers to. */
function referrersFirst(
  objects: readonly ObjectName[],
  referencesOf: (object: ObjectName) => readonly ObjectName[],
): ObjectName[] {
  const referrers = new Map(objects.map((object) => [object, 0]));
  for (const object of objects) {
    for (const other of referencesOf(object)) {
      const count = referrers.get(other);
      if (count !== undefined) referrers.set(other, count + 1);
    }
  }
  const order = objects.filter((object) => referrers.get(object) === 0);
  // The list grows while it is gone through.
  for (const object of order) {
    for (const other of referencesOf(object)) {
      const count = referrers.get(other);
      if (count === undefined) continue;
      referrers.set(other, count - 1);
      if (count === 1) order.push(other);
    }
  }
  if (order.length === objects.length) return order;
  // Content hashes allow no circles, but damaged records might hold one.
  const ordered = new Set(order);
  return [...order, ...objects.filter((object) => !ordered.has(object))];
}
