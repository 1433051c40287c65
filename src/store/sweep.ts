/** Removes what lies in a store beside its objects and is of no more use. */
import { basename } from "node:path/posix";
import type { FileSystem, System } from "../system/mod.ts";
import type { Layout } from "./layout.ts";
import { isObjectName, type ObjectName } from "./names.ts";
import { readOutputs } from "./outputs.ts";
import { removeRubbish, treeSize } from "./remove.ts";
import type { GcRoot } from "./roots.ts";

/** What is removed beside objects. */
export type RestKind = "derivations" | "logs" | "links" | "roots" | "leftovers" | "downloads";

export interface SweepOptions {
  /** Tell, and change nothing. */
  readonly dryRun?: boolean;
  /** Kept folders of failed builds, and logs, that are not older (seconds since the epoch) stay; without it folders go,
   * and logs of which nothing else is left. */
  readonly failedSince?: number;
  /** Paths of downloads that are to go, too. */
  readonly downloads?: readonly string[];
}

/** How many of each kind, and the bytes of all. */
export interface Swept {
  readonly counts: Readonly<Record<RestKind, number>>;
  readonly bytes: number;
}

/** Nothing of anything. */
export const NOTHING: Readonly<Record<RestKind, number>> = {
  derivations: 0,
  logs: 0,
  links: 0,
  roots: 0,
  leftovers: 0,
  downloads: 0,
};

/** `there` tells which objects stay. */
export function sweepRest(
  { fs, host }: Pick<System, "fs" | "host">,
  layout: Layout,
  there: (object: ObjectName) => boolean,
  roots: readonly GcRoot[],
  leftovers: readonly string[],
  options: SweepOptions,
): Swept {
  const sweeper = new Sweeper(fs, options.dryRun ?? false);
  for (const { path, stale } of roots) if (stale) sweeper.remove("roots", path);
  const since = options.failedSince ?? Infinity;
  sweepDerivations(sweeper, layout, there, since);
  sweepLinks(sweeper, layout.pkg, there);
  for (const path of leftovers) sweeper.remove("leftovers", path);
  sweepScratch(sweeper, layout, since);
  // Whoever calls this holds the lock, so the others who say so are gone.
  for (const path of sweeper.paths(`${layout.root}/lock.d`)) {
    if (!basename(path).startsWith(`${host.pid}-`)) sweeper.remove("leftovers", path);
  }
  for (const path of options.downloads ?? []) sweeper.remove("downloads", path);
  return sweeper;
}

/** Scratch: nothing is being built. Of failed builds it was perhaps asked for. */
function sweepScratch(sweeper: Sweeper, { tmp, failed }: Layout, since: number) {
  for (const path of sweeper.paths(tmp)) {
    if (path !== failed) sweeper.remove("leftovers", path);
  }
  for (const path of sweeper.paths(failed)) {
    if (!sweeper.isSince(path, since)) sweeper.remove("leftovers", path);
  }
  if (sweeper.fs.lstat(failed)?.kind === "dir") sweeper.removeEmpty(failed);
}

/** Removes and counts, or only counts. */
class Sweeper implements Swept {
  readonly counts = { ...NOTHING };
  bytes = 0;

  constructor(readonly fs: FileSystem, readonly dryRun: boolean) {}

  remove(kind: RestKind, path: string): void {
    this.counts[kind]++;
    this.bytes += this.dryRun ? treeSize(this.fs, path) : removeRubbish(this.fs, path);
  }

  /** Whether something was made or changed since then. */
  isSince(path: string, time: number): boolean {
    return (this.fs.lstat(path)?.mtime ?? 0) >= time;
  }

  /** Removes a folder that has become empty. */
  removeEmpty(folder: string): void {
    if (!this.dryRun && this.fs.readDir(folder).length === 0) this.fs.remove(folder);
  }

  /** What is in a folder; nothing where there is none. */
  paths(folder: string): string[] {
    if (this.fs.lstat(folder)?.kind !== "dir") return [];
    return this.fs.readDir(folder).map((name) => `${folder}/${name}`);
  }
}

/** Derivations of which nothing is left. Of others outputs that nobody uses may be gone. */
function sweepDerivations(
  sweeper: Sweeper,
  layout: Layout,
  has: (object: ObjectName) => boolean,
  failedSince: number,
) {
  const realized = new Set<string>();
  for (const path of sweeper.paths(layout.drvOut)) {
    const outputs = readOutputs(sweeper.fs, layout, basename(path));
    if (outputs && Object.values(outputs).some(has)) realized.add(basename(path));
    else sweeper.remove("derivations", path);
  }
  for (const path of sweeper.paths(layout.drv)) {
    if (!realized.has(basename(path, ".drv"))) sweeper.remove("derivations", path);
  }
  for (const path of sweeper.paths(layout.log)) {
    const stays = realized.has(basename(path, ".log")) || sweeper.isSince(path, failedSince);
    if (!stays) sweeper.remove("logs", path);
  }
}

/** Links for people to objects that are gone. What people put there themselves stays. */
function sweepLinks(sweeper: Sweeper, pkg: string, has: (object: ObjectName) => boolean) {
  for (const name of sweeper.paths(pkg)) {
    for (const version of sweeper.paths(name)) {
      for (const link of sweeper.paths(version)) {
        if (sweeper.fs.lstat(link)?.kind !== "link") continue;
        const object = basename(sweeper.fs.readLink(link));
        if (!isObjectName(object) || !has(object)) sweeper.remove("links", link);
      }
      if (sweeper.fs.lstat(version)?.kind === "dir") sweeper.removeEmpty(version);
    }
    if (sweeper.fs.lstat(name)?.kind === "dir") sweeper.removeEmpty(name);
  }
}
