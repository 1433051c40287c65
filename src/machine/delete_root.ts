/** Deletes what sys.lua keeps: the store, the history, the cache. Nothing that it manages may be left.
 *
 * Every part leaves its place in one step before anything of it is deleted. So whenever this is killed, the next
 * command finds each part whole or not at all, and finishes what was begun. */
import { join } from "node:path/posix";
import type { Machine } from "./open.ts";
import { cached } from "../fetch/cache.ts";
import { releaseObjects } from "./protection.ts";
import { layoutOf } from "../store/layout.ts";
import { objectNames } from "../store/list.ts";
import { removeTree } from "../store/remove.ts";
import { type FileSystem, FsError } from "../system/mod.ts";

/** What is below a root: first what refers to something, then what is referred to. */
const PARTS = ["recall", "snapshots", "journal", "originals", "gcroots", "types", "users", "store"];

/** Where the parts go before they are deleted, below the root: it may be the root of a file system. */
const AWAY = ".deleted";

/** What the system says of a folder that is in use, or in one that may not be changed. */
const MAY_STAY: ReadonlySet<string> = new Set(["EBUSY", "EACCES", "EPERM", "EROFS"]);

/** Call it with the exclusive lock held, after `destroy`. What is not sys.lua's stays, and so does the root then. */
export async function deleteRoot(machine: Machine): Promise<void> {
  const { system: { fs }, root, places } = machine;
  await releaseObjects(machine, objectNames(fs, layoutOf(root)));
  const away = join(root, AWAY);
  finishDeletion(fs, root);
  fs.mkdir(away, 0o700);
  for (const part of PARTS) {
    if (fs.lstat(join(root, part)) !== null) fs.rename(join(root, part), join(away, part));
  }
  fs.syncDir(root);
  finishDeletion(fs, root);
  removeCache(fs, places.cache);
  // The lock goes last: until then nobody else begins anew.
  for (const part of ["lock.d", "lock"]) removeTree(fs, join(root, part));
  removeEmpty(fs, root);
}

/** What others have put there stays. */
function removeCache(fs: FileSystem, cache: string): void {
  const { entries, folders } = cached(fs, cache);
  for (const path of entries) removeTree(fs, path);
  for (const folder of [...folders, cache]) removeEmpty(fs, folder);
}

/** Removes a folder that holds nothing. One that a disk is mounted on, or whose parent is somebody else's, stays. */
function removeEmpty(fs: FileSystem, folder: string): void {
  if (fs.lstat(folder)?.kind !== "dir" || fs.readDir(folder).length > 0) return;
  try {
    fs.remove(folder);
  } catch (thrown) {
    if (!(thrown instanceof FsError) || !MAY_STAY.has(thrown.code)) throw thrown;
  }
}

/** Deletes what an earlier deletion that was killed has left. Call it with the exclusive lock held. */
export function finishDeletion(fs: FileSystem, root: string): void {
  const away = join(root, AWAY);
  if (fs.lstat(away) !== null) removeTree(fs, away);
}
