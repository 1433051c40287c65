/** Takes a store, makes equal files in it one file with several names. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { FileInfo, FileSystem } from "../system/mod.ts";
import { FsError } from "../system/fs.ts";
import { streamFile } from "./copy.ts";
import { FOLDER_MODE, MTIME } from "./form.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import { objectNames } from "./list.ts";
import type { ObjectName } from "./names.ts";
import { inObjects } from "./obj_folder.ts";
import { reseal } from "./remake.ts";
import { discard } from "../system/write_atomic.ts";
import { sparePath, storing } from "./writing.ts";

export interface Optimised {
  /** Files that became a name of another. */
  readonly files: number;
  /** That this freed. */
  readonly bytes: number;
}

/** Links equal files across the given objects, or across all. Only files of equal size are read. */
export function optimise(
  fs: FileSystem,
  root: string,
  only?: readonly ObjectName[],
): Optimised {
  const layout = layoutOf(root);
  const objects = only ?? objectNames(fs, layout);
  const sizes = new Map<number, number>();
  for (const object of objects) {
    eachFile(fs, objectPath(layout, object), "", (_path, _folder, info) => {
      sizes.set(info.size, (sizes.get(info.size) ?? 0) + 1);
    });
  }
  const first = new Map<string, string>();
  let files = 0, bytes = 0;
  for (const object of objects) {
    const before = files;
    eachFile(fs, objectPath(layout, object), "", (path, folder, info) => {
      if (info.size === 0 || (sizes.get(info.size) ?? 0) < 2) return;
      const key = `${info.mode} ${contentHash(fs, path)}`;
      const other = first.get(key);
      const known = other === undefined ? null : fs.lstat(other);
      if (other === undefined || known === null) return void first.set(key, path);
      if (known.ino === info.ino && known.dev === info.dev) return;
      if (!storing(() => replaceByLink(fs, layout, other, path, folder))) {
        // A file can only have so many names: the next ones get this one.
        return void first.set(key, path);
      }
      files++;
      if (info.nlink === 1) bytes += info.size;
    });
    if (files > before) storing(() => reseal(fs, layout, object));
  }
  return { files, bytes };
}

function eachFile(
  fs: FileSystem,
  path: string,
  folder: string,
  visit: (path: string, folder: string, info: FileInfo) => void,
) {
  const info = fs.lstat(path);
  if (info?.kind === "file") visit(path, folder, info);
  if (info?.kind !== "dir") return;
  for (const name of fs.readDir(path)) eachFile(fs, `${path}/${name}`, path, visit);
}

/** `folder` is the folder of the path where that is in an object, and read-only for that reason. */
function replaceByLink(
  fs: FileSystem,
  layout: Layout,
  existing: string,
  path: string,
  folder: string,
): boolean {
  const spare = sparePath(layout);
  try {
    fs.link(existing, spare);
  } catch (thrown) {
    if (thrown instanceof FsError && thrown.code === "EMLINK") return false;
    throw thrown;
  }
  try {
    if (folder !== "") fs.chmod(folder, 0o755);
    if (folder !== "") fs.rename(spare, path);
    else inObjects(fs, layout, () => fs.rename(spare, path));
  } catch (thrown) {
    discard(() => fs.remove(spare));
    throw thrown;
  } finally {
    if (folder !== "") {
      fs.utime(folder, MTIME);
      fs.chmod(folder, FOLDER_MODE);
    }
  }
  return true;
}

function contentHash(fs: FileSystem, path: string): string {
  const hash = createHash("sha256");
  streamFile(fs, path, (bytes) => hash.update(bytes));
  return Buffer.from(hash.digest()).toString("base64");
}
