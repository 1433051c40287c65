/** Takes what has to stay, removes the rest.
 *
 * The caller holds the exclusive lock, so nothing is being built. At every instant of a collection the store is
 * whole: an object leaves its name in one step, and before the objects that it refers to. */
import type { FileSystem, System } from "../system/mod.ts";
import { bringBack } from "./aside.ts";
import { pruneFileRecords } from "./file_records.ts";
import { ReferenceGraph } from "./graph.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import type { ObjectName } from "./names.ts";
import { whileOpen } from "./obj_folder.ts";
import { removeRubbish, treeSize } from "./remove.ts";
import { gcRoots } from "./roots.ts";
import { NOTHING, type RestKind, type SweepOptions, sweepRest } from "./sweep.ts";
import { sparePath, storing } from "./writing.ts";

export interface GcOptions extends SweepOptions {
  /** Stop when so many bytes are freed. */
  readonly maxBytes?: number;
  /** Objects that stay although nothing needs them, with what they refer to. */
  readonly recent?: readonly ObjectName[];
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
  /** How many stay only because they are recent. */
  readonly recent: number;
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
    return { removed: [], recent: 0, rest: NOTHING, bytes: 0 };
  }
  if (!options.dryRun) storing(() => bringBack(fs, root));
  const graph = new ReferenceGraph(fs, layout);
  const fromRoots = gcRoots(fs, layout);
  const needed = [...roots, ...fromRoots.flatMap((entry) => entry.objects)];
  const there = graph.reach([...needed, ...options.recent ?? []]);
  const dead = graph.outside(there);
  const recent = options.recent?.length ? countUnset(graph.reach(needed)) - dead.length : 0;
  for (const n of dead) there[n] = 1;

  const limit = options.maxBytes ?? Infinity;
  const removed: Removed[] = [];
  let bytes = 0;
  for (let from = 0; from < dead.length && bytes < limit; from += BATCH) {
    const batch = dead.slice(from, from + BATCH);
    if (!options.dryRun) await options.unlock?.(batch.map((n) => graph.objects[n]));
    const removeBatch = () => {
      for (const n of batch) {
        if (bytes >= limit) break;
        const object = graph.objects[n];
        const freed = options.dryRun
          ? treeSize(fs, objectPath(layout, object))
          : storing(() => takeOut(fs, layout, object));
        there[n] = 0;
        bytes += freed;
        removed.push({ object, bytes: freed });
        options.onRemoved?.({ object, bytes: freed });
      }
    };
    if (options.dryRun) removeBatch();
    else storing(() => whileOpen(fs, layout, removeBatch));
  }
  const has = (object: ObjectName) => there[graph.numberOf(object) ?? -1] === 1;
  const sweep = () => sweepRest(system, layout, has, fromRoots, graph.leftovers, options);
  const rest = options.dryRun ? sweep() : storing(() => whileOpen(fs, layout, sweep));
  if (!options.dryRun) storing(() => pruneFileRecords(fs, layout, has));
  return { removed, recent, rest: rest.counts, bytes: bytes + rest.bytes };
}

function countUnset(set: Uint8Array): number {
  return set.reduce((count, one) => one === 0 ? count + 1 : count, 0);
}

/** Removes one object, whatever refers to it: a damaged one that is to be made again. Gives the bytes that this
 * frees. */
export function removeObject(fs: FileSystem, root: string, object: ObjectName): number {
  const layout = layoutOf(root);
  return storing(() => whileOpen(fs, layout, () => takeOut(fs, layout, object)));
}

function takeOut(fs: FileSystem, layout: Layout, object: ObjectName): number {
  const path = objectPath(layout, object);
  const info = fs.lstat(path);
  let freed = 0;
  if (info?.kind === "dir") {
    // Within `obj/` a folder can be renamed although it is read-only.
    const leaving = `${layout.obj}/.old-${sparePath(layout).slice(-24)}`;
    fs.rename(path, leaving);
    freed = removeRubbish(fs, leaving);
  } else if (info !== null) {
    freed = info.nlink === 1 ? info.size : 0;
    fs.remove(path);
  }
  const record = `${layout.refs}/${object}`;
  if (fs.lstat(record) !== null) fs.remove(record);
  return freed;
}
