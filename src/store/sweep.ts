/** Removes what lies in a store beside its objects and is of no more use. */
import { basename } from "node:path";
import type { FileSystem, System } from "../system/mod.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import { isObjectName, type ObjectName } from "./names.ts";
import { readOutputs } from "./outputs.ts";
import { removeRubbish, treeSize } from "./remove.ts";
import type { GcRoot } from "./roots.ts";

/** What is removed beside objects. */
export type RestKind = "derivations" | "logs" | "links" | "roots" | "leftovers" | "downloads";

export interface SweepOptions {
  /** Tell, and change nothing. */
  readonly dryRun?: boolean;
  /** Folder of the downloads; those not modified since `before` (seconds since the epoch) are removed. */
  readonly downloads?: { readonly dir: string; readonly before: number };
  /** Root of the system's store, whose objects derivations may have as outputs. */
  readonly system?: string;
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
  const broom = new Broom(fs, options.dryRun ?? false);
  const elsewhere = options.system === undefined ? null : layoutOf(options.system);
  const has = (object: ObjectName) =>
    there(object) || (elsewhere !== null && fs.lstat(objectPath(elsewhere, object)) !== null);

  for (const { path, stale } of roots) if (stale) broom.remove("roots", path);
  sweepDerivations(broom, layout, has);
  sweepLinks(broom, layout.pkg, has);
  for (const path of leftovers) broom.remove("leftovers", path);
  for (const path of broom.paths(layout.tmp)) broom.remove("leftovers", path);
  // Whoever calls this holds the lock, so the others who say so are gone.
  for (const path of broom.paths(`${layout.root}/lock.d`)) {
    if (!basename(path).startsWith(`${host.pid}-`)) broom.remove("leftovers", path);
  }
  if (options.downloads) sweepDownloads(broom, options.downloads.dir, options.downloads.before);
  return broom;
}

/** Removes and counts, or only counts. */
class Broom implements Swept {
  readonly counts = { ...NOTHING };
  bytes = 0;

  constructor(readonly fs: FileSystem, readonly dryRun: boolean) {}

  remove(kind: RestKind, path: string): void {
    this.counts[kind]++;
    this.bytes += this.dryRun ? treeSize(this.fs, path) : removeRubbish(this.fs, path);
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

/** Derivations that lack an output would be built again: nothing of them is of use. */
function sweepDerivations(broom: Broom, layout: Layout, has: (object: ObjectName) => boolean) {
  const realized = new Set<string>();
  for (const path of broom.paths(layout.drvOut)) {
    const outputs = readOutputs(broom.fs, layout, basename(path));
    if (outputs && Object.values(outputs).every(has)) realized.add(basename(path));
    else broom.remove("derivations", path);
  }
  for (const path of broom.paths(layout.drv)) {
    if (!realized.has(basename(path, ".drv"))) broom.remove("derivations", path);
  }
  for (const path of broom.paths(layout.log)) {
    if (!realized.has(basename(path, ".log"))) broom.remove("logs", path);
  }
}

/** Links for people to objects that are gone. What people put there themselves stays. */
function sweepLinks(broom: Broom, pkg: string, has: (object: ObjectName) => boolean) {
  for (const name of broom.paths(pkg)) {
    for (const version of broom.paths(name)) {
      for (const link of broom.paths(version)) {
        if (broom.fs.lstat(link)?.kind !== "link") continue;
        const object = basename(broom.fs.readLink(link));
        if (!isObjectName(object) || !has(object)) broom.remove("links", link);
      }
      if (broom.fs.lstat(version)?.kind === "dir") broom.removeEmpty(version);
    }
    if (broom.fs.lstat(name)?.kind === "dir") broom.removeEmpty(name);
  }
}

function sweepDownloads(broom: Broom, dir: string, before: number) {
  for (const path of [...broom.paths(dir), ...broom.paths(`${dir}/part`)]) {
    const info = broom.fs.lstat(path);
    if (info?.kind === "file" && info.mtime < before) broom.remove("downloads", path);
  }
}
