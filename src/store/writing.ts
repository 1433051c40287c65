/** Writing into a store: where files are made, and errors that say what to do. */
import { randomBytes } from "node:crypto";
import { SysError } from "../errors.ts";
import { type FileSystem, type FsCode, FsError } from "../system/fs.ts";
import { writeAtomic } from "../system/write_atomic.ts";
import type { Layout } from "./layout.ts";
import { removeTree } from "./remove.ts";

/** Of this process, and how many names it has taken. */
const OWN = randomBytes(8).toString("hex");
let taken = 0;

/** A path in the store's folder for work in progress that nobody else uses. */
export function sparePath(layout: Layout): string {
  return `${layout.tmp}/.${OWN}${(taken++).toString(16).padStart(8, "0")}`;
}

/** Puts a file of the store's own in place, whole. A folder there goes: none belongs there, or is anybody's. */
export function writeOwnFile(
  fs: FileSystem,
  layout: Layout,
  path: string,
  { text, flush }: { readonly text: string; readonly flush: boolean },
): void {
  const write = () => writeAtomic(fs, path, text, { spare: sparePath(layout), flush });
  try {
    write();
  } catch (thrown) {
    if (fs.lstat(path)?.kind !== "dir") throw thrown;
    removeTree(fs, path);
    write();
  }
}

const HINTS: Partial<Record<FsCode, string>> = {
  EROFS: "SYSLUA_ROOT names another place for the store",
  EACCES: "it belongs to another user; SYSLUA_ROOT names another place for the store",
  EPERM: "it belongs to another user, or is marked immutable; SYSLUA_ROOT names another place",
  EIO: "the disk has failed to write; look into the system's log",
};

/** Runs something that writes to the store, and says so when the system refuses. */
export function storing<T>(action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    if (!(thrown instanceof FsError) || !(thrown.hint ?? HINTS[thrown.code])) throw thrown;
    const reason = thrown.message.slice(
      thrown.message.indexOf(`${thrown.path}: `) + thrown.path.length + 2,
    );
    throw new SysError("store", `Cannot write to the store: ${reason} (${thrown.path})`, {
      hint: thrown.hint ?? HINTS[thrown.code],
      cause: thrown,
    });
  }
}
