/** Puts a file of secrets in place of what was read: whole or not at all, and only where it is still what was read. */
import { dirname } from "node:path/posix";
import { besidePath } from "../../activation/beside.ts";
import { masters } from "../../activation/master.ts";
import { SysError } from "../../errors.ts";
import { type FileSystem, FsError, type System } from "../../system/mod.ts";
import { discard } from "../../system/write_atomic.ts";
import { refuseLink } from "./open.ts";

/** What is written. */
export interface Replacement {
  readonly path: string;
  /** What was read there; null where nothing was. */
  readonly before: Uint8Array | null;
  readonly after: Uint8Array;
  /** Of a new file; one that is there keeps its own. */
  readonly mode?: number;
}

/** Writes it with the rights of the user whose folder it is in.
 * @throws SysError where somebody else has changed the file meanwhile */
export async function writeSecretFile(
  { fs }: Pick<System, "fs">,
  replacement: Replacement,
): Promise<void> {
  const master = fs.uid === 0 ? masters(fs)(replacement.path) : null;
  if (master === null) return write(fs, replacement);
  try {
    write(await fs.as(master), replacement);
  } finally {
    await fs.dismiss();
  }
}

function write(fs: FileSystem, replacement: Replacement): void {
  const { path, after, mode = 0o644 } = replacement;
  const info = fs.lstat(path);
  const spare = besidePath(path);
  if (fs.lstat(spare) !== null) fs.remove(spare);
  const file = fs.create(spare, info?.mode ?? mode);
  try {
    try {
      if (info !== null && (fs.uid === 0)) file.chown(info.uid, info.gid);
      file.write(after);
      file.sync();
    } finally {
      file.close();
    }
    refuseChanged(fs, replacement);
    if (info === null) putNew(fs, spare, path);
    else fs.rename(spare, path);
  } catch (thrown) {
    discard(() => fs.remove(spare));
    throw thrown;
  }
  fs.syncDir(dirname(path));
}

/** A name that somebody else has made meanwhile is not taken. */
function putNew(fs: FileSystem, spare: string, path: string): void {
  try {
    fs.link(spare, path);
  } catch (thrown) {
    if (thrown instanceof FsError && thrown.code === "EEXIST") throw moved(path);
    // Not every file system has hard links.
    return fs.rename(spare, path);
  }
  fs.remove(spare);
}

function refuseChanged(fs: FileSystem, { path, before }: Replacement): void {
  refuseLink(fs, path);
  const there = fs.lstat(path);
  const same = before === null
    ? there === null
    : there?.kind === "file" && equal(fs.readFile(path), before);
  if (!same) throw moved(path);
}

function moved(path: string): SysError {
  return new SysError("config", `Cannot write ${path}: somebody else has changed it meanwhile`, {
    hint: "nothing was written; do it again",
  });
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, n) => byte === other[n]);
}
