/** Where names are one that differ by case alone (or by how they are composed), a config may say `~/.Vimrc` today and
 * `~/.vimrc` tomorrow. That is one file: it keeps the path by which it is known already. */
import { basename, dirname, join } from "node:path/posix";
import type { Current, Wanted } from "../plan/types.ts";
import type { FileSystem } from "../system/fs.ts";
import { nameKey } from "../system/name_key.ts";

/** Gives a path as it is known. */
export type Spelling = (path: string) => string;

const asItIs: Spelling = (path) => path;

/** By what is managed now, and the folders above that. */
export function spellingOf(
  fs: Pick<FileSystem, "lstat" | "holds">,
  current: Current | null,
): Spelling {
  if (fs.holds.names === "exact" || current === null) return asItIs;
  const known = new Map<string, string>();
  const paths = [
    ...current.wanted.paths.map(({ path }) => path),
    ...Object.keys(current.originals),
  ];
  for (const path of paths) {
    for (let at = path; at !== dirname(at); at = dirname(at)) known.set(loosely(at), at);
  }
  const spelled = (path: string): string => {
    const above = dirname(path);
    if (above === path) return path;
    const hit = known.get(loosely(path));
    if (hit === path) return path;
    const folder = spelled(above);
    if (hit === undefined) return join(folder, basename(path));
    const key = nameKey(fs, folder);
    return join(folder, basename(key(basename(hit)) === key(basename(path)) ? hit : path));
  };
  return spelled;
}

/** The same with each path as it is known. */
export function respelled<W extends Wanted>(spelling: Spelling, wanted: W): W {
  if (spelling === asItIs) return wanted;
  return {
    ...wanted,
    paths: wanted.paths.map((one) => ({ ...one, path: spelling(one.path) })),
    services: wanted.services.map((one) => ({ ...one, unit: spelling(one.unit) })),
  };
}

/** What no system tells apart less. Whether two names are one is asked of their folder. */
function loosely(path: string): string {
  return path.normalize("NFC").toLowerCase();
}
