/** Takes how much of the past to keep, removes from the store what nothing needs. */
import { join } from "node:path/posix";
import { SysError } from "../errors.ts";
import { downloadsBefore } from "../fetch/cache.ts";
import type { Machine } from "../machine/open.ts";
import { releaseObjects } from "../machine/protection.ts";
import { eachRest, knownCurrent } from "../snapshot/history.ts";
import type { Rest } from "../snapshot/lists.ts";
import { forgetAll } from "../recall/remember.ts";
import { removeSnapshots, removeUnneededBases } from "../snapshot/remove.ts";
import { renewIndex } from "../snapshot/summary.ts";
import type { SnapshotNumber } from "../snapshot/types.ts";
import { collectGarbage, type GcOutcome } from "../store/gc.ts";
import type { ObjectName } from "../store/names.ts";
import { allNeeds, inUse, neededBesides } from "./needed.ts";
import { recentObjects } from "../store/recent.ts";

/** Downloads that nobody used for so long go, in seconds. */
const DOWNLOADS_KEPT = 30 * 24 * 3600;

/** Folders of failed builds go after so many seconds. */
const FAILED_KEPT = 24 * 3600;

export interface Collection {
  readonly dryRun: boolean;
  /** Keep so many of the newest snapshots; null keeps all. */
  readonly keep: number | null;
  /** Delete snapshots older than so many milliseconds; null for none. */
  readonly olderThan: number | null;
  /** Stop when so many bytes are freed; null for no limit. */
  readonly maxBytes: number | null;
  /** Also what was built within the last hour, and folders of failed builds. */
  readonly all?: boolean;
  readonly onRemoved?: (object: ObjectName) => void;
}

/** What went. */
export interface Collected extends GcOutcome {
  readonly snapshots: readonly SnapshotNumber[];
}

/** Deletes old snapshots, then everything that the others don't need. Call it with the exclusive lock held. */
export async function collect(machine: Machine, collection: Collection): Promise<Collected> {
  machine.onPhase("collect");
  const { system, root, places } = machine;
  const all = [...eachRest(system.fs, root)];
  refuseBlindness(machine, all);
  const old = oldSnapshots(machine, all, collection);
  const { objects, paths } = allNeeds(machine, new Set(old));
  const needed = [
    { name: "snapshots", objects },
    ...neededBesides(machine),
    ...inUse(machine, paths),
  ];
  const roots = new Set(needed.flatMap(({ objects }) => objects));
  if (!collection.dryRun && old.length > 0) {
    // What is damaged stops a collection: better before the snapshots are gone than after.
    await collectGarbage(system, root, roots, { dryRun: true });
    removeSnapshots(system.fs, root, old);
  }
  if (!collection.dryRun) {
    removeUnneededBases(system.fs, root);
    renewIndex(system.fs, root);
    forgetAll(system.fs, root);
  }
  const now = system.clock.now();
  const seconds = Math.floor(now.getTime() / 1000);
  const outcome = await collectGarbage(system, root, roots, {
    dryRun: collection.dryRun,
    ...(collection.all ? {} : {
      recent: recentObjects(system.fs, root, now),
      failedSince: seconds - FAILED_KEPT,
    }),
    maxBytes: collection.maxBytes ?? undefined,
    downloads: downloadsBefore(system.fs, places.cache, seconds - DOWNLOADS_KEPT),
    unlock: (objects) => releaseObjects(machine, objects),
    onRemoved: ({ object }) => collection.onRemoved?.(object),
  });
  return { ...outcome, snapshots: old };
}

/** Without snapshots nothing says what the links of an apply need, so a root in which one has been keeps its objects.
 * @throws SysError of kind "snapshot" */
function refuseBlindness({ system: { fs }, root }: Machine, all: readonly Rest[]): void {
  if (all.length > 0) return;
  const [applied] = ["env.sh", "env.ps1", "profile"].filter((name) =>
    fs.lstat(join(root, name)) !== null
  );
  if (applied === undefined) return;
  throw new SysError(
    "snapshot",
    `Cannot collect garbage: ${root} has no snapshots, and ${applied} is from one`,
    { hint: "`sys apply` records again what is in use" },
  );
}

/** Snapshots that go: never the current one, nor one with a tag.
 * @throws SysError of kind "snapshot" when nothing says which one is current */
function oldSnapshots(
  { system, root }: Machine,
  all: readonly Rest[],
  { keep, olderThan }: Collection,
): SnapshotNumber[] {
  const current = knownCurrent(system.fs, root);
  const now = system.clock.now().getTime();
  const newest = new Set(keep === null ? all : all.slice(Math.max(0, all.length - keep)));
  return all.filter((snapshot) => {
    if (snapshot.number === current || snapshot.tags.length > 0) return false;
    const age = now - new Date(snapshot.time).getTime();
    return !newest.has(snapshot) || (olderThan !== null && age > olderThan);
  }).map(({ number }) => number);
}
