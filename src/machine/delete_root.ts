/** Deletes what sys.lua keeps: the store, the history, the cache. Nothing that it manages may be left. */
import { join } from "node:path";
import type { Machine } from "./open.ts";
import { releaseObjects } from "./protection.ts";
import { layoutOf } from "../store/layout.ts";
import { objectNames } from "../store/list.ts";
import { removeTree } from "../store/remove.ts";
import type { FileSystem } from "../system/mod.ts";

/** What is below a root, in an order in which an interruption leaves nothing that refers to what is gone. */
const PARTS = ["snapshots", "journal", "gcroots", "types", "users", "store", "lock.d"];

/** Call it with the exclusive lock held, after `destroy`. */
export async function deleteRoot(machine: Machine): Promise<void> {
  const { system: { fs }, root, places } = machine;
  await releaseObjects(machine, objectNames(fs, layoutOf(root)));
  for (const part of PARTS) removeIfThere(fs, join(root, part));
  for (const part of ["downloads", "inputs", "git"]) removeIfThere(fs, join(places.cache, part));
}

function removeIfThere(fs: FileSystem, path: string): void {
  if (fs.lstat(path) !== null) removeTree(fs, path);
}
