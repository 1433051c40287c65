/** Writing into a store: whole files only, and errors that say what to do. */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { SysError } from "../errors.ts";
import { type FileSystem, type FsCode, FsError } from "../system/fs.ts";
import type { Layout } from "./layout.ts";

/** A path in the store's folder for work in progress that nobody else uses. */
export function sparePath(layout: Layout): string {
  return `${layout.tmp}/.${randomBytes(12).toString("hex")}`;
}

/** Puts a file in place in one step: who looks sees the old content or the new, never a part. */
export function writeAtomic(
  fs: FileSystem,
  layout: Layout,
  path: string,
  content: string | Uint8Array,
  options: { readonly mode?: number; readonly flush?: boolean } = {},
): void {
  const spare = sparePath(layout);
  const mode = options.mode ?? 0o644;
  const handle = fs.create(spare, mode);
  try {
    try {
      handle.write(typeof content === "string" ? Buffer.from(content) : content);
      if (options.flush) handle.sync();
    } finally {
      handle.close();
    }
    fs.chmod(spare, mode);
    fs.rename(spare, path);
  } catch (thrown) {
    discard(() => fs.remove(spare));
    throw thrown;
  }
}

/** Cleans up after a failure; what can't be removed is left to gc, since the failure is what counts. */
export function discard(remove: () => unknown): void {
  try {
    remove();
  } catch {
    // Rubbish in tmp/ does no harm.
  }
}

const HINTS: Partial<Record<FsCode, string>> = {
  ENOSPC: "free some space: `sys gc` removes what nothing needs any more",
  EDQUOT: "free some space: `sys gc` removes what nothing needs any more",
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
    if (!(thrown instanceof FsError) || !(thrown.code in HINTS)) throw thrown;
    const reason = thrown.message.slice(
      thrown.message.indexOf(`${thrown.path}: `) + thrown.path.length + 2,
    );
    throw new SysError("store", `Cannot write to the store: ${reason} (${thrown.path})`, {
      hint: HINTS[thrown.code],
      cause: thrown,
    });
  }
}
