/** Takes a path, holds what lies there: the thing itself gets a name in a private folder on its own file system. So
 * all that it has comes back with it: owner, times, attributes, hard links.
 *
 * The folder is `<root>/originals` where it can be. Where it can't (the root is on another file system, or root acts
 * with the rights of a user) it is `.syslua-held-<id of the root>` in the topmost folder above the path that is on the
 * same file system and belongs to the same user: the home, as a rule. The list of originals names such a folder before
 * it is made. What is held has one more hard link, made before anything is changed; what can't have one is renamed at
 * its step, when the journal knows it. Nobody trusts what lies in such a folder: it is put back only where it is what
 * was noted, with the rights of the user whose folder it is. */
import { dirname, join } from "node:path/posix";
import { sha256Hex } from "../digest.ts";
import { heldPath, readOriginals, writeOriginals } from "../snapshot/originals.ts";
import { type FileInfo, type FileSystem, type FsCode, FsError, type ReadFs } from "../system/fs.ts";
import { makeLastingFolders } from "../system/folders.ts";

/** How the names of folders begin in which things are held outside of a root. */
export const HELD = ".syslua-held-";

/** Where something is held, or will be. */
export interface Hold {
  readonly held: string;
  /** It has its hard link already. Otherwise its step renames it there. */
  readonly linked: boolean;
}

/** Holds what lies at a path, or says where its step is to rename it to. Null where nothing can be held. */
export function hold(fs: FileSystem, root: string, path: string, number: number): Hold | null {
  const info = fs.lstat(path);
  if (info === null || info.kind === "other") return null;
  const near = heldPath(root, number);
  if (link(fs, path, near) === "linked") return { held: near, linked: true };
  for (const folder of foldersFor(fs, root, path)) {
    const held = join(folder, String(number));
    if (!isMade(fs, root, folder) || fs.lstat(held) !== null) continue;
    const outcome = link(fs, path, held);
    if (outcome !== "elsewhere") return { held, linked: outcome === "linked" };
  }
  return null;
}

/**
 * Holds again what lies at a path, right before something else takes its place.
 * @returns whether nothing is there any more: what can't be linked was renamed
 */
export function setAside(fs: FileSystem, path: string, held: string): boolean {
  const info = fs.lstat(path);
  if (info === null || info.kind === "other" || link(fs, path, held) === "linked") return false;
  // Somebody may have put something into the folder: removing it fails, and that is told.
  if (info.kind === "dir" && fs.readDir(path).length > 0) return false;
  if (fs.lstat(held) !== null) return false;
  try {
    fs.rename(path, held);
  } catch (thrown) {
    if (thrown instanceof FsError && CANNOT_HOLD.has(thrown.code)) return false;
    throw thrown;
  }
  fs.syncDir(dirname(held));
  return true;
}

/** What file systems and kernels say that make no link: the content is kept all the same. */
const CANNOT_HOLD = new Set<FsCode>(["EXDEV", "EPERM", "EACCES", "EMLINK", "EUNKNOWN"]);

/** Makes a hard link, unless it is there already. `elsewhere`: on no account; `refused`: it may be renamed. */
function link(fs: FileSystem, path: string, held: string): "linked" | "elsewhere" | "refused" {
  const info = fs.lstat(path);
  if (info === null) return "elsewhere";
  const there = fs.lstat(held);
  if (there !== null) return isSame(there, info) ? "linked" : "elsewhere";
  if (info.kind === "dir") return "refused";
  try {
    makeLastingFolders(fs, dirname(held), 0o700);
    fs.link(path, held);
    return "linked";
  } catch (thrown) {
    if (!(thrown instanceof FsError) || !CANNOT_HOLD.has(thrown.code)) throw thrown;
    return thrown.code === "EXDEV" ? "elsewhere" : "refused";
  }
}

function isSame(a: FileInfo, b: FileInfo): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/** Folders in which what lies at a path can be held, the best first. */
function foldersFor(fs: FileSystem, root: string, path: string): string[] {
  const near = dirname(heldPath(root, 1));
  const above = fs.lstat(dirname(path)), own = fs.lstat(near) ?? fs.lstat(root);
  const isNear = above !== null && above.dev === own?.dev && above.uid === own.uid;
  // Where a path leads by now may be in no folder of the user's in whose folder it lay: root makes nothing there.
  const theirs = foldersAbove(fs, root, path).filter((one) => fs.sameRights?.(path, one) ?? true);
  return [...isNear ? [near] : [], ...theirs];
}

/** Folders above a path in which a root would hold it, whether or not they are there. */
export function foldersAbove(fs: ReadFs, root: string, path: string): string[] {
  const id = sha256Hex(`${root}\0${fs.lstat(root)?.ino}`).slice(0, 12);
  return topsAbove(fs, path).map((top) => join(top, HELD + id));
}

/** Folders above a path, on its file system, that belong to the same user and into which not everybody may write: the
 * topmost first. None where a link of another user's leads there: it may be gone before anything is made there. */
export function topsAbove(fs: ReadFs, path: string): string[] {
  const found: string[] = [];
  try {
    const named = fs.lstat(dirname(path));
    let folder = fs.realPath(dirname(path));
    const first = fs.lstat(folder);
    if (named?.uid !== first?.uid) return [];
    for (let info = first; info !== null; info = fs.lstat(folder)) {
      if (info.uid !== first?.uid || info.dev !== first.dev || info.mode & 0o002) break;
      if (dirname(folder) === folder) break;
      found.unshift(folder);
      folder = dirname(folder);
    }
  } catch (thrown) {
    if (!(thrown instanceof FsError)) throw thrown;
  }
  return found;
}

/** Makes a folder for what is held, which only its owner may open. The list names it first. */
function isMade(fs: FileSystem, root: string, folder: string): boolean {
  if (folder === dirname(heldPath(root, 1))) {
    makeLastingFolders(fs, folder, 0o700);
    return true;
  }
  const { folders, ...rest } = readOriginals(fs, root);
  if (!folders.includes(folder)) {
    writeOriginals(fs, root, { ...rest, folders: [...folders, folder] });
  }
  const top = fs.lstat(dirname(folder));
  try {
    makeLastingFolders(fs, folder, 0o700);
  } catch (thrown) {
    if (thrown instanceof FsError && CANNOT_HOLD.has(thrown.code)) return false;
    throw thrown;
  }
  const made = fs.lstat(folder);
  return made?.kind === "dir" && made.uid === top?.uid && (made.mode & 0o077) === 0;
}

/** Removes folders in which nothing is held any more, and strikes them off the list. */
export function tidyHeldFolders(fs: FileSystem, root: string): void {
  const { folders, ...rest } = readOriginals(fs, root);
  if (folders.length === 0) return;
  const left = folders.filter((folder) => !isGone(fs, folder));
  writeOriginals(fs, root, { ...rest, folders: left });
}

/** Removes one that is empty, flushed: while it may come back it is on the list. */
function isGone(fs: FileSystem, folder: string): boolean {
  try {
    if (fs.lstat(folder)?.kind !== "dir") return true;
    if (fs.readDir(folder).length > 0) return false;
    fs.remove(folder);
    fs.syncDir(dirname(folder));
    return true;
  } catch (thrown) {
    // It is another user's by now, or that user's files are not there: later, perhaps.
    if (thrown instanceof FsError && LATER.has(thrown.code)) return false;
    throw thrown;
  }
}

const LATER = new Set<FsCode>(["EACCES", "EPERM", "EROFS", "ENOTEMPTY", "EBUSY"]);
