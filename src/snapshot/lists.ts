/** Takes a Snapshot apart: into lists, of which most entries are those of the snapshot before, and the rest. */
import type {
  PathState,
  WantedPath,
  WantedRun,
  WantedService,
  WantedSetting,
} from "../plan/types.ts";
import type { Json } from "../manifest/types.ts";
import type { ObjectName } from "../store/names.ts";
import type { Snapshot } from "./types.ts";

/** Everything in a snapshot of which there may be thousands. Tables are lists of names and values. */
export interface Lists {
  readonly paths: readonly WantedPath[];
  readonly runs: readonly WantedRun[];
  readonly services: readonly WantedService[];
  readonly settings: readonly WantedSetting[];
  readonly env: readonly (readonly [string, string])[];
  readonly objects: readonly ObjectName[];
  readonly originals: readonly (readonly [string, PathState])[];
  /** The snapshot's own `settings`: what they were before. */
  readonly former: readonly (readonly [string, Json])[];
  readonly ran: readonly string[];
  readonly derivations: Snapshot["derivations"];
}

export type ListName = keyof Lists;

/** In the order in which they are written. */
export const LISTS = [
  "paths",
  "runs",
  "services",
  "settings",
  "env",
  "objects",
  "originals",
  "former",
  "ran",
  "derivations",
] as const satisfies readonly ListName[];

/** What is no list. */
export type Rest = Omit<Snapshot, "wanted" | "originals" | "settings" | "ran" | "derivations">;

/** The lists of a snapshot. */
export function listsOf({ wanted, originals, settings, ran, derivations }: Snapshot): Lists {
  const { env, ...lists } = wanted;
  return {
    ...lists,
    env: Object.entries(env),
    originals: Object.entries(originals),
    former: Object.entries(settings),
    ran,
    derivations,
  };
}

/** The snapshot that has these. */
export function withLists(rest: Rest, lists: Lists): Snapshot {
  const { paths, runs, services, settings, env, objects } = lists;
  return {
    ...rest,
    wanted: { paths, runs, services, settings, env: Object.fromEntries(env), objects },
    originals: Object.fromEntries(lists.originals),
    settings: Object.fromEntries(lists.former),
    ran: lists.ran,
    derivations: lists.derivations,
  };
}
