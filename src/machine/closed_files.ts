/** Takes a root, gives what its owner may not read there its permissions again. Not objects: theirs are a part of what
 * they are (`sys store verify --repair`). */
import { join } from "node:path/posix";
import type { Machine } from "./open.ts";
import { SysError } from "../errors.ts";
import { FsError, type ReadFs } from "../system/fs.ts";

const FOLDERS = ["snapshots", "journal", "originals", "gcroots"];
const STORE_FOLDERS = ["refs", "drv", "drv-out", "log"].map((name) => `store/${name}`);

type Here = Pick<Machine, "system" | "root">;

/** Opens each; gives their paths. */
export function openClosed({ system: { fs }, root }: Here): string[] {
  const opened: string[] = [];
  const open = (path: string) => {
    const info = fs.lstat(path);
    if (info === null || !isClosed(fs, path, info.kind)) return;
    fs.chmod(path, info.mode | (info.kind === "dir" ? 0o700 : 0o400));
    opened.push(path);
  };
  for (const folder of ["", "store", ...FOLDERS, ...STORE_FOLDERS].map((it) => join(root, it))) {
    open(folder);
    if (folder === root || fs.lstat(folder)?.kind !== "dir") continue;
    for (const name of fs.readDir(folder)) open(join(folder, name));
  }
  return opened;
}

function isClosed(fs: ReadFs, path: string, kind: string): boolean {
  try {
    if (kind === "file") fs.openRead(path).close();
    // Without `x` names can be seen, and nothing of what they name.
    if (kind === "dir") {
      for (const name of fs.readDir(path).slice(0, 1)) fs.lstat(join(path, name));
    }
    return false;
  } catch (thrown) {
    if (thrown instanceof FsError && thrown.code === "EACCES") return true;
    // This is before the lock: another sys may have removed it meanwhile.
    if (thrown instanceof FsError && thrown.code === "ENOENT") return false;
    throw thrown;
  }
}

/** The same error, with the way on where something below the root may not be read. */
export function aboutClosed(root: string, thrown: unknown): unknown {
  if (!(thrown instanceof SysError) || thrown.hint !== undefined) return thrown;
  if (!isAboutClosed(root, thrown)) return thrown;
  const { kind, message, notes, causes, place } = thrown;
  return new SysError(kind, message, {
    ...{ notes, causes, cause: thrown, ...(place ? { place } : {}) },
    hint: "`sys repair` gives what its owner may not read its permissions again",
  });
}

function isAboutClosed(root: string, thrown: unknown): boolean {
  if (!(thrown instanceof FsError)) {
    return thrown instanceof Error && thrown.cause !== undefined &&
      isAboutClosed(root, thrown.cause);
  }
  return thrown.code === "EACCES" && thrown.path.startsWith(`${root}/`);
}
