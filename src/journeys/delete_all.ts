/** Returns everything to what was there before sys.lua, and deletes what sys.lua keeps. */
import type { Machine } from "../machine/open.ts";
import { deleteRoot } from "../machine/delete_root.ts";
import { destroy, type Restored, type RestoreRequest } from "./restore.ts";
import {
  type Endangered,
  endangered,
  type SavedOriginals,
  saveOriginals,
} from "./save_originals.ts";

export type { Endangered, SavedOriginals } from "./save_originals.ts";

/** What came of it. */
export interface Deleted extends Restored {
  /** What only the store holds, for a dry run. */
  readonly endangered: readonly Endangered[];
  /** Null when nothing had to be saved. */
  readonly saved: SavedOriginals | null;
}

/** Call it with the exclusive lock held (shared for a dry run). */
export async function deleteAll(machine: Machine, request: RestoreRequest): Promise<Deleted> {
  // What can't be read stops it before anything is changed.
  endangered(machine);
  const restored = await destroy(machine, request);
  if (request.dryRun) {
    return { ...restored, endangered: endangered(machine, restored.plan), saved: null };
  }
  const saved = saveOriginals(machine);
  await deleteRoot(machine);
  return { ...restored, endangered: [], saved };
}
