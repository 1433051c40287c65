/** Takes build-ids that were made again, renames what debuggers find by them: `.build-id/ab/cdef…` with whatever ending,
 * for the build-id abcdef… in hexadecimal. */
import * as posix from "node:path/posix";
import type { FileSystem } from "../../system/mod.ts";

const FOLDER = ".build-id";

/** `renamed`: new ones by old ones. */
export function renameBuildIds(
  fs: FileSystem,
  outputs: readonly string[],
  renamed: ReadonlyMap<string, string>,
): void {
  for (const output of outputs) {
    if (fs.lstat(output)?.kind !== "dir") continue;
    for (const folder of foldersIn(fs, output)) renameIn(fs, folder, renamed);
  }
}

/** Where they are by custom. */
function foldersIn(fs: FileSystem, output: string): string[] {
  const places = ["lib", "lib/debug", "lib/debug/usr", "lib/debug/usr/lib", "share/debug"];
  return places.map((place) => posix.join(output, place, FOLDER))
    .filter((path) => fs.lstat(path)?.kind === "dir");
}

function renameIn(fs: FileSystem, folder: string, renamed: ReadonlyMap<string, string>): void {
  for (const first of fs.readDir(folder)) {
    const from = `${folder}/${first}`;
    if (fs.lstat(from)?.kind !== "dir") continue;
    for (const name of fs.readDir(from)) {
      const [, rest, ending] = /^([0-9a-f]+)(.*)$/.exec(name) ?? [];
      const id = renamed.get(first + rest);
      if (id === undefined) continue;
      const to = `${folder}/${id.slice(0, 2)}`;
      if (fs.lstat(to) === null) fs.mkdir(to, 0o755);
      fs.rename(`${from}/${name}`, `${to}/${id.slice(2)}${ending}`);
    }
    if (fs.readDir(from).length === 0) fs.remove(from);
  }
}
