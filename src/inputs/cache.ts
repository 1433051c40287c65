/** Takes a fetched folder, gives its place in the cache: by content, read-only, shared between configs.
 *
 * `<cache>/inputs/<32 characters>` is a tree whose NAR hash folds to that name. Beside it, `<32 characters>.seal`
 * is the SHA-256 of what `lstat` says of each of its entries, their change times included, which nobody can set: as
 * long as it fits, the files need not be read again. */
import { join } from "node:path/posix";
import { type Digest, digestParts, sha256Hex, shortHash, toDigest } from "../digest.ts";
import { hashTree } from "../store/nar.ts";
import { type FileSystem, FsError, type ReadFs, type System } from "../system/mod.ts";
import { makeFolders } from "../system/folders.ts";
import { removeTree } from "../store/remove.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** How the names of folders begin that are being filled. */
const SCRATCH = ".tmp-";

/** NAR hash of a folder. */
export function hashFolder(fs: ReadFs, path: string): Digest {
  return toDigest("sha256", hashTree(fs, path));
}

/** Where an input with this hash lies, or null when it is not in the cache or was changed there.
 *
 * @param certain whether the files are read in any case */
export function cachedInput(
  fs: FileSystem,
  cacheDir: string,
  hash: Digest,
  certain: boolean,
): string | null {
  const place = placeOf(cacheDir, hash);
  if (fs.lstat(place)?.kind !== "dir") return null;
  if (!certain && isSealed(fs, place)) return place;
  if (hashFolder(fs, place) !== hash) return null;
  seal(fs, place);
  return place;
}

/** Moves a fetched folder with a known hash into the cache, and gives its place there. */
export function keepInput(fs: FileSystem, cacheDir: string, folder: string, hash: Digest): string {
  const place = placeOf(cacheDir, hash);
  if (cachedInput(fs, cacheDir, hash, true) !== null) {
    removeTree(fs, folder);
    return place;
  }
  settle(fs, folder);
  if (fs.lstat(place) !== null) removeTree(fs, place);
  // Renaming a folder needs it to be writable on some systems.
  fs.chmod(folder, 0o755);
  fs.rename(folder, place);
  fs.chmod(place, 0o555);
  seal(fs, place);
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

/** Makes all of it read-only. */
function settle(fs: FileSystem, path: string) {
  const info = fs.lstat(path)!;
  if (info.kind === "link") return;
  if (info.kind === "dir") { for (const name of fs.readDir(path)) settle(fs, join(path, name)); }
  fs.chmod(path, info.kind === "dir" || info.mode & 0o100 ? 0o555 : 0o444);
}

/** Whether nothing has changed since the seal was made. Changes in the same second as the seal would not show, so one
 * that is no older counts for nothing. */
function isSealed(fs: ReadFs, place: string): boolean {
  const made = fs.lstat(`${place}.seal`)?.ctime ?? null;
  if (made === null) return false;
  const { latest, text } = look(fs, place);
  return latest !== null && latest < made &&
    decoder.decode(fs.readFile(`${place}.seal`)) === sha256Hex(text);
}

/** Spares reading the files next time; where it can't be written they are read. */
function seal(fs: FileSystem, place: string): void {
  const { latest, text } = look(fs, place);
  if (latest === null) return;
  try {
    if (fs.lstat(`${place}.seal`) !== null) fs.remove(`${place}.seal`);
    const file = fs.create(`${place}.seal`, 0o644);
    try {
      file.write(encoder.encode(sha256Hex(text)));
    } finally {
      file.close();
    }
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
  }
}

/** What `lstat` says of a tree, and the latest change in it; null where the system does not tell of changes. */
function look(fs: ReadFs, path: string): { latest: number | null; text: string } {
  const lines: string[] = [];
  let latest: number | null = 0;
  const visit = (path: string) => {
    const info = fs.lstat(path);
    const { kind, size, mode, mtime, ctime = null, ino } = info ?? {};
    latest = latest === null || ctime === null ? null : Math.max(latest, ctime);
    lines.push([path, kind, size, mode, mtime, ctime, ino].join("\0"));
    if (kind === "dir") { for (const name of fs.readDir(path)) visit(join(path, name)); }
  };
  visit(path);
  return { latest, text: lines.join("\n") };
}
