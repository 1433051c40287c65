/** Takes a machine, finds what lies where sys.lua has a folder, or its lock, and is none. Nothing below it can be used,
 * so one error says it before anything is done, and `sys repair` moves it out of the way. */
import { dirname, join } from "node:path/posix";
import type { Machine } from "./open.ts";
import { SysError } from "../errors.ts";
import { freeName } from "../system/free_name.ts";
import { layoutOf } from "../store/layout.ts";
import { ofAnotherUser } from "../store/lock.ts";
import { StoreWriter } from "../store/store_writer.ts";
import { FsError, type ReadFs } from "../system/fs.ts";

type Here = Pick<Machine, "system" | "root">;

/** @throws SysError of kind "store" that names the first, or says that all of it is another user's */
export function checkFolders(machine: Here): void {
  try {
    check(machine);
  } catch (thrown) {
    const closed = thrown instanceof FsError && thrown.code === "EACCES";
    throw closed ? ofAnotherUser(machine.root, thrown) : thrown;
  }
}

function check({ system: { fs }, root }: Here): void {
  if (isMisplaced(fs, root)) {
    throw new SysError("store", `Cannot use ${root}: it is not a folder`, {
      hint: "move what is there away; SYSLUA_ROOT names another place",
    });
  }
  const [first] = misplaced(fs, root);
  if (first === undefined) return;
  const what = first === lockOf(root) ? "a folder is" : "something that is no folder is";
  throw new SysError("store", `Cannot use ${root}: ${what} in the place of ${first}`, {
    hint: "`sys repair` moves it out of the way and keeps it",
  });
}

/** Renames each to `<path>.damaged`; call it before the lock is taken: until then no command could. */
export function setAsideMisplaced({ system, root, places }: Machine): string[] {
  const { fs } = system;
  const aside = misplaced(fs, root).map((path) => {
    const to = freeName(fs, `${path}.damaged`);
    fs.rename(path, to);
    fs.syncDir(dirname(path));
    return to;
  });
  if (aside.length > 0) new StoreWriter(system, root, root === places.systemRoot).prepare();
  return aside;
}

function misplaced(fs: ReadFs, root: string): string[] {
  if (isMisplaced(fs, root) || fs.lstat(root) === null) return [];
  const { dir, obj, pkg, drv, drvOut, refs, log, tmp, gcroots } = layoutOf(root);
  const own = ["lock.d", "snapshots", "journal", "originals", "users"].map((it) => join(root, it));
  const lock = fs.lstat(lockOf(root))?.kind === "dir" ? [lockOf(root)] : [];
  if (isMisplaced(fs, dir)) return [...lock, dir];
  const folders = [...own, gcroots, obj, pkg, drv, drvOut, refs, log, tmp];
  return [...lock, ...folders.filter((path) => isMisplaced(fs, path))];
}

/** A link is somebody's who has put the folder on another disk. */
function isMisplaced(fs: ReadFs, path: string): boolean {
  const kind = fs.lstat(path)?.kind;
  return kind !== undefined && kind !== "dir" && kind !== "link";
}

function lockOf(root: string): string {
  return join(root, "lock");
}
