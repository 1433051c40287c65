/** Where the parts of a store lie below its root. */
import type { ObjectName } from "./names.ts";

/** Absolute paths. */
export interface Layout {
  readonly root: string;
  /** `<root>/store`, which holds all folders below but the last. */
  readonly dir: string;
  /** Objects. Names that start with a dot are on their way in or out, and count as absent. */
  readonly obj: string;
  /** Links to objects, for people. */
  readonly pkg: string;
  /** What was asked for. */
  readonly drv: string;
  /** Derivation → objects. */
  readonly drvOut: string;
  /** What is recorded about objects: references and seal; a file for each, and one for all that are single files. */
  readonly refs: string;
  /** Build output. */
  readonly log: string;
  /** Builds in progress. */
  readonly tmp: string;
  /** Folders of failed builds that somebody wants to look at. */
  readonly failed: string;
  /** Links to objects that something outside the store needs. */
  readonly gcroots: string;
}

/** The places below a root. */
export function layoutOf(root: string): Layout {
  const dir = `${root}/store`;
  return {
    root,
    dir,
    obj: `${dir}/obj`,
    pkg: `${dir}/pkg`,
    drv: `${dir}/drv`,
    drvOut: `${dir}/drv-out`,
    refs: `${dir}/refs`,
    log: `${dir}/log`,
    tmp: `${dir}/tmp`,
    failed: `${dir}/tmp/failed`,
    gcroots: `${root}/gcroots`,
  };
}

/** Where an object lies, or would. */
export function objectPath(layout: Layout, object: ObjectName): string {
  return `${layout.obj}/${object}`;
}
