/** Takes an object whose content is right, puts right what lies around it. */
import type { FileSystem } from "../system/mod.ts";
import { canonicalMode, FOLDER_MODE, giveForm, privateMode } from "./form.ts";
import { layoutOf, objectPath } from "./layout.ts";
import type { ObjectName } from "./names.ts";
import { isPrivate, privatePaths } from "./privacy.ts";
import { readRecord } from "./record.ts";
import { reseal } from "./remake.ts";
import type { Problem } from "./verify.ts";
import { storing } from "./writing.ts";

/** Mends a problem of kind `form` or `record`; gives false where the object has to be made again instead. */
export function mendObject(fs: FileSystem, root: string, { object, kind }: Problem): boolean {
  const layout = layoutOf(root);
  if (kind !== "form" && kind !== "record") return false;
  storing(() => {
    openObject(fs, root, object);
    reseal(fs, layout, object);
  });
  return true;
}

/** Gives an object the permissions that it was made with, as far as they are known. */
export function openObject(fs: FileSystem, root: string, object: ObjectName): void {
  const layout = layoutOf(root);
  const record = readRecord(fs, layout, object);
  const hidden = record && new Set(privatePaths(record.entries));
  storing(() => restoreForm(fs, objectPath(layout, object), hidden));
}

/** Private is what was recorded as such; where nothing is, what is so now. */
function restoreForm(fs: FileSystem, path: string, hidden: ReadonlySet<string> | null, below = "") {
  const info = fs.lstat(path + below);
  if (info?.kind !== "dir" && info?.kind !== "file") return;
  const closed = hidden === null ? isPrivate(info) : hidden.has(below);
  if (info.kind === "dir") {
    fs.chmod(path + below, 0o700);
    for (const name of fs.readDir(path + below)) restoreForm(fs, path, hidden, `${below}/${name}`);
  }
  const mode = info.kind === "dir" ? FOLDER_MODE : canonicalMode(info.mode);
  const open = info.kind === "dir" ? { ...info, mode: 0o700 } : info;
  giveForm(fs, path + below, open, closed ? privateMode(mode) : mode);
}
