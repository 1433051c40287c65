/** Takes an object whose content is right, puts right what lies around it. */
import type { FileSystem } from "../system/mod.ts";
import { canonicalMode, FOLDER_MODE, MTIME } from "./form.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import { objectNames } from "./list.ts";
import { dumpNar } from "./nar.ts";
import { hashPart, type ObjectName } from "./names.ts";
import { writeRecord } from "./record.ts";
import { HashScan } from "./scan.ts";
import { hashObject, lookAt } from "./seal.ts";
import type { Problem } from "./verify.ts";
import { storing } from "./write_atomic.ts";

/** Mends a problem of kind `form` or `record`; gives false where the object has to be made again instead. */
export function mendObject(fs: FileSystem, root: string, { object, kind }: Problem): boolean {
  const layout = layoutOf(root);
  if (kind === "form") storing(() => restoreForm(fs, objectPath(layout, object)));
  else if (kind === "record") storing(() => remakeRecord(fs, layout, object));
  else return false;
  return true;
}

function restoreForm(fs: FileSystem, path: string) {
  const info = fs.lstat(path);
  if (info?.kind === "dir") {
    fs.chmod(path, 0o755);
    for (const name of fs.readDir(path)) restoreForm(fs, `${path}/${name}`);
  }
  if (info?.kind !== "dir" && info?.kind !== "file") return;
  const mode = info.kind === "dir" ? FOLDER_MODE : canonicalMode(info.mode);
  fs.chmod(path, mode);
  fs.utime(path, MTIME);
}

/** Finds the references again: every object of the store may be one. */
function remakeRecord(fs: FileSystem, layout: Layout, object: ObjectName) {
  const byHash = new Map(objectNames(fs, layout).map((other) => [hashPart(other), other]));
  byHash.delete(hashPart(object));
  const scan = new HashScan(byHash.keys());
  const path = objectPath(layout, object);
  dumpNar(fs, path, () => {}, scan);
  const { entries, executables, bytes } = lookAt(fs, path);
  writeRecord(fs, layout, object, {
    version: 1,
    references: [...scan.found].flatMap((hash) => byHash.get(hash) ?? []).sort(),
    self: hashObject(fs, layout, object).self,
    entries,
    executables,
    bytes,
  });
}
