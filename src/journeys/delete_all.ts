/** Returns everything to what was there before sys.lua, and deletes what sys.lua keeps. */
import { tidyHeldFolders } from "../activation/hold.ts";
import { asTheirUsers } from "../activation/their_files.ts";
import type { Machine } from "../machine/open.ts";
import { deleteRoot } from "../machine/delete_root.ts";
import { readOriginals } from "../snapshot/originals.ts";
import { removeTree } from "../store/remove.ts";
import type { FileSystem } from "../system/fs.ts";
import { madeOutLinks } from "./out_link.ts";
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
  /** Links of `sys build --out-link`, which lead nowhere without the store. They are the user's, and stay. */
  readonly dangling: readonly string[];
}

/** Call it with the exclusive lock held (shared for a dry run). */
export async function deleteAll(machine: Machine, request: RestoreRequest): Promise<Deleted> {
  // What can't be read stops it before anything is changed.
  endangered(await reaching(machine));
  const restored = await destroy(machine, request);
  const dangling = madeOutLinks(machine);
  if (request.dryRun) {
    return {
      ...restored,
      endangered: endangered(await reaching(machine), restored.plan),
      saved: null,
      dangling,
    };
  }
  const reached = await reaching(machine);
  const saved = saveOriginals(reached);
  removeHeldFolders(reached.system.fs, machine.root);
  await machine.system.fs.dismiss();
  await deleteRoot(machine);
  return { ...restored, endangered: [], saved, dangling };
}

/** The same machine, on which what is held in users' folders is reached with their rights. */
async function reaching(machine: Machine): Promise<Machine> {
  const { system, root } = machine;
  return { ...machine, system: { ...system, fs: await asTheirUsers(system.fs, root, []) } };
}

/** What is held outside of the root: nothing of it is needed any more. */
function removeHeldFolders(fs: FileSystem, root: string): void {
  for (const folder of readOriginals(fs, root).folders) {
    if (fs.lstat(folder)?.kind === "dir") removeTree(fs, folder);
  }
  tidyHeldFolders(fs, root);
}
