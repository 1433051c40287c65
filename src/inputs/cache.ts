/** Takes a fetched folder, gives its place in the cache: by content, read-only, shared between configs.
 *
 * `<cache>/inputs/<32 characters>` is a tree whose NAR hash folds to that name. Every entry has the
 * modification time 1, so that an edit shows without reading the files again. */
import { join } from "node:path";
import { type Digest, digestParts, shortHash, toDigest } from "../digest.ts";
import { hashTree } from "../store/nar.ts";
import type { FileSystem, ReadFs, System } from "../system/mod.ts";
import { makeFolders } from "../system/folders.ts";
import { removeTree } from "../store/remove.ts";

/** How the names of folders begin that are being filled. */
const SCRATCH = ".tmp-";

/** NAR hash of a folder. */
export function hashFolder(fs: ReadFs, path: string): Digest {
  return toDigest("sha256", hashTree(fs, path));
}

/** Where an input with this hash lies, or null when it is not in the cache or was changed there. */
export function cachedInput(fs: ReadFs, cacheDir: string, hash: Digest): string | null {
  const place = placeOf(cacheDir, hash);
  if (fs.lstat(place)?.kind !== "dir") return null;
  return isUntouched(fs, place) || hashFolder(fs, place) === hash ? place : null;
}

/** Moves a fetched folder with a known hash into the cache, and gives its place there. */
export function keepInput(fs: FileSystem, cacheDir: string, folder: string, hash: Digest): string {
  const place = placeOf(cacheDir, hash);
  if (cachedInput(fs, cacheDir, hash) !== null) {
    removeTree(fs, folder);
    return place;
  }
  settle(fs, folder);
  if (fs.lstat(place) !== null) removeTree(fs, place);
  // Renaming a folder needs it to be writable on some systems.
  fs.chmod(folder, 0o755);
  fs.rename(folder, place);
  fs.chmod(place, 0o555);
  fs.utime(place, 1);
  return place;
}

/** A fresh folder below the cache, on the same file system as the cached inputs. What a command that was killed
 * left there more than a day ago is removed. */
export function scratchFolder(
  { fs, clock }: Pick<System, "fs" | "clock">,
  cacheDir: string,
): string {
  const inputs = join(cacheDir, "inputs");
  makeFolders(fs, inputs);
  const yesterday = clock.now().getTime() / 1000 - 24 * 60 * 60;
  for (const name of fs.readDir(inputs).filter((name) => name.startsWith(SCRATCH))) {
    const info = fs.lstat(join(inputs, name));
    if (info !== null && info.mtime < yesterday) removeTree(fs, join(inputs, name));
  }
  const place = join(inputs, SCRATCH + crypto.randomUUID());
  fs.mkdir(place, 0o755);
  return place;
}

function placeOf(cacheDir: string, hash: Digest): string {
  return join(cacheDir, "inputs", shortHash(digestParts(hash).bytes));
}

/** Makes all of it read-only, with modification time 1. */
function settle(fs: FileSystem, path: string) {
  const info = fs.lstat(path)!;
  if (info.kind === "link") return;
  if (info.kind === "dir") { for (const name of fs.readDir(path)) settle(fs, join(path, name)); }
  fs.chmod(path, info.kind === "dir" || info.mode & 0o100 ? 0o555 : 0o444);
  fs.utime(path, 1);
}

function isUntouched(fs: ReadFs, path: string): boolean {
  const info = fs.lstat(path);
  // A link can't be edited, only replaced, which its folder tells.
  if (info === null || info.kind === "link") return info !== null;
  if (info.mtime !== 1) return false;
  return info.kind !== "dir" || fs.readDir(path).every((name) => isUntouched(fs, join(path, name)));
}
