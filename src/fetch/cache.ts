/** Takes a cache, gives what sys.lua has made in it. People name a folder for it, and may have a folder `git` there
 * themselves: only what has a name that sys.lua gives is ever deleted. */
import { join } from "node:path/posix";
import type { ReadFs } from "../system/mod.ts";

const DOWNLOAD = /^(url|sha256|sha512)-[0-9a-f]{64,128}(\.json)?$/;
const BY_HASH = /^[0-9a-z]{32}(\.lock|\.seal)?$/;
const SCRATCH = /^\.tmp-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Folders below a cache, each after those in it, and the names that they have in them. */
const FOLDERS: Readonly<Record<string, readonly RegExp[]>> = {
  "downloads/part": [DOWNLOAD],
  "downloads/lock": [DOWNLOAD],
  downloads: [DOWNLOAD],
  git: [BY_HASH],
  inputs: [BY_HASH, SCRATCH],
};

/** Paths of all of it, and of the folders in which it lies, each after what is in it. */
export function cached(fs: ReadFs, cache: string): { entries: string[]; folders: string[] } {
  const folders = Object.keys(FOLDERS);
  return {
    entries: folders.flatMap((folder) => entriesOf(fs, cache, folder)),
    folders: folders.map((folder) => join(cache, folder)),
  };
}

/** Downloads, whole and begun, that have not been used since `time` (seconds since the epoch). */
export function downloadsBefore(fs: ReadFs, cache: string, time: number): string[] {
  const paths = ["downloads", "downloads/part"].flatMap((it) => entriesOf(fs, cache, it));
  return paths.filter((path) => {
    const info = fs.lstat(path);
    return info?.kind === "file" && info.mtime < time;
  });
}

function entriesOf(fs: ReadFs, cache: string, below: string): string[] {
  const folder = join(cache, below);
  if (fs.lstat(folder)?.kind !== "dir") return [];
  const isOwn = (name: string) => FOLDERS[below].some((pattern) => pattern.test(name));
  return fs.readDir(folder).filter(isOwn).map((name) => join(folder, name));
}
