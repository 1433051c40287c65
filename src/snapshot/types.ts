/** A Snapshot: what was activated. One file each, `snapshots/<n>.json`, see `format.ts`. */
import type { Json } from "../manifest/types.ts";
import type { Current } from "../plan/types.ts";
import type { ObjectName } from "../store/names.ts";

/** Numbers count from 1. */
export type SnapshotNumber = number & { readonly __brand: "SnapshotNumber" };

export interface Snapshot extends Current {
  readonly version: 1;
  readonly number: SnapshotNumber;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** What made it: `apply`, `rollback to 3`, or the user's own words. */
  readonly description: string;
  readonly config: {
    /** Absolute path of the entry file; null after `destroy`. */
    readonly path: string | null;
    /** The config's own Lua files as an object. */
    readonly source: ObjectName | null;
  };
  readonly lock: Json;
  /** Those that it uses, with the outputs that it uses of each. Older programs have written all outputs. */
  readonly derivations: readonly {
    readonly hash: string;
    readonly name: string;
    readonly version: string | null;
    readonly outputs: Readonly<Record<string, ObjectName>>;
  }[];
  /** The snapshot whose state this one brought back; null when it was not a rollback. */
  readonly restores: SnapshotNumber | null;
  readonly tags: readonly string[];
}

/** How a snapshot differs from another, in things that people count: packages, paths, variables, … */
export interface Counts {
  /** How many it has. */
  readonly things: number;
  /** The number of the one that it is compared with: the one before it; null where there was none. */
  readonly since: SnapshotNumber | null;
  readonly added: number;
  readonly removed: number;
}

/** What the list of snapshots tells of one. */
export interface Summary extends Pick<Snapshot, "number" | "time" | "description" | "tags"> {
  /** Absolute path of the config's entry file; null after `destroy`. */
  readonly config: string | null;
  readonly counts: Counts;
}
