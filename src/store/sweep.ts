/** Removes what lies in a store beside its objects and is of no more use. */
import type { System } from "../system/mod.ts";
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
  const counts = { ...NOTHING };
  let bytes = 0;
  const remove = (kind: RestKind, path: string) => {
    counts[kind]++;
    bytes += options.dryRun ? treeSize(fs, path) : removeRubbish(fs, path);
  };
  const entries = (folder: string) => fs.lstat(folder) === null ? [] : fs.readDir(folder);
  const elsewhere = options.system === undefined ? null : layoutOf(options.system);
  const has = (object: ObjectName) =>
    there(object) || (elsewhere !== null && fs.lstat(objectPath(elsewhere, object)) !== null);

  for (const { path, stale } of roots) if (stale) remove("roots", path);

  const realized = new Set<string>();
  for (const name of entries(layout.drvOut)) {
    const outputs = readOutputs(fs, layout, name);
    if (outputs && Object.values(outputs).every(has)) realized.add(name);
    else remove("derivations", `${layout.drvOut}/${name}`);
  }
  for (const name of entries(layout.drv)) {
    if (!realized.has(name.replace(/\.drv$/, ""))) remove("derivations", `${layout.drv}/${name}`);
  }
  for (const name of entries(layout.log)) {
    if (!realized.has(name.replace(/\.log$/, ""))) remove("logs", `${layout.log}/${name}`);
  }

  for (const name of entries(layout.pkg)) {
    const package_ = `${layout.pkg}/${name}`;
    for (const version of entries(package_)) {
      const folder = `${package_}/${version}`;
      for (const platform of entries(folder)) {
        const object = fs.readLink(`${folder}/${platform}`).split("/").at(-1) ?? "";
        if (!isObjectName(object) || !has(object)) remove("links", `${folder}/${platform}`);
      }
      if (!options.dryRun && fs.readDir(folder).length === 0) fs.remove(folder);
    }
    if (!options.dryRun && fs.readDir(package_).length === 0) fs.remove(package_);
  }

  for (const name of entries(layout.tmp)) remove("leftovers", `${layout.tmp}/${name}`);
  for (const path of leftovers) remove("leftovers", path);
  const signs = `${layout.root}/lock.d`;
  for (const name of entries(signs)) {
    if (!name.startsWith(`${host.pid}-`)) remove("leftovers", `${signs}/${name}`);
  }

  if (options.downloads) {
    const { dir, before } = options.downloads;
    for (const folder of [dir, `${dir}/part`]) {
      for (const name of entries(folder)) {
        const info = fs.lstat(`${folder}/${name}`);
        if (info?.kind === "file" && info.mtime < before) remove("downloads", `${folder}/${name}`);
      }
    }
  }
  return { counts, bytes };
}
