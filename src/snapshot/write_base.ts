/** Takes a base, writes it and its spare where they are not there whole: a snapshot that was removed, or another root,
 * may have left them. */
import type { FileSystem, ReadFs } from "../system/fs.ts";
import { freeName } from "../system/free_name.ts";
import { type Content, writeAtomic } from "../system/write_atomic.ts";
import { type BaseHash, basePath, sharedNamed, sparePath, wholeText } from "./base.ts";
import { UNFINISHED, writeLasting } from "./files.ts";
import { snapshotFolder } from "./history.ts";

/** Writes what is missing. Gives whether that was the base itself. */
export function writeBase(
  fs: FileSystem,
  root: string,
  hash: BaseHash,
  content: Content,
): boolean {
  const path = basePath(root, hash), spare = sparePath(root, hash);
  const isMissing = !isWhole(fs, path, hash);
  if (isMissing) {
    makeWay(fs, path);
    writeLasting(fs, path, content, 0o600);
  }
  if (!isWhole(fs, spare, hash)) {
    makeWay(fs, spare);
    const beside = `${spare}${UNFINISHED}`;
    if (fs.lstat(beside) !== null) fs.remove(beside);
    writeAtomic(fs, spare, content, { spare: beside, mode: 0o600, flush: false });
  }
  return isMissing;
}

/** The names of bases in `snapshots/`, with those of which only the spare is left. */
export function basesIn(fs: ReadFs, root: string): ReadonlySet<BaseHash> {
  const folder = snapshotFolder(root);
  return new Set(
    fs.lstat(folder) === null ? [] : fs.readDir(folder).flatMap((name) => sharedNamed(name) ?? []),
  );
}

/** What is no file can't be renamed over. */
function makeWay(fs: FileSystem, path: string): void {
  if (fs.lstat(path)?.kind === "dir") fs.rename(path, freeName(fs, `${path}.damaged`));
}

function isWhole(fs: ReadFs, path: string, hash: BaseHash): boolean {
  return fs.lstat(path) !== null && wholeText(fs, path, hash) !== null;
}
