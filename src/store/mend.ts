/** Takes an object whose content is right, puts right what lies around it. */
import type { FileSystem } from "../system/mod.ts";
import { canonicalMode, FOLDER_MODE, MTIME } from "./form.ts";
import { layoutOf, objectPath } from "./layout.ts";
import { reseal } from "./remake.ts";
import type { Problem } from "./verify.ts";
import { storing } from "./write_atomic.ts";

/** Mends a problem of kind `form` or `record`; gives false where the object has to be made again instead. */
export function mendObject(fs: FileSystem, root: string, { object, kind }: Problem): boolean {
  const layout = layoutOf(root);
  if (kind !== "form" && kind !== "record") return false;
  storing(() => {
    restoreForm(fs, objectPath(layout, object));
    reseal(fs, layout, object);
  });
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
