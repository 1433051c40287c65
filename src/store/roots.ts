/** Takes the links below `gcroots/`, gives the objects that they keep alive.
 *
 * Something outside the store that needs objects (a project's shell, a link made by hand) says so by an entry there:
 * a link to an object or into one, a link to such a link (so that removing the outer one is enough), or a file in
 * whose text paths of objects stand. Below `auto/` a file is as good as a link: its one line is a path. */
import { Buffer } from "node:buffer";
import { basename, dirname, resolve } from "node:path/posix";
import { type FsCode, FsError, type ReadFs } from "../system/fs.ts";
import type { Layout } from "./layout.ts";
import { type ObjectName, objectsIn } from "./names.ts";

/** An entry of `gcroots/`. */
export interface GcRoot {
  /** Path of the entry. */
  readonly path: string;
  readonly objects: readonly ObjectName[];
  /** The link for which sys.lua made the entry; null for one of somebody else's. */
  readonly link: string | null;
  /** It points to what is not there any more, or, where sys.lua made it, is no object's any more. */
  readonly stale: boolean;
}

/** The folder of links to the links that `sys build --out-link` has made. */
export const AUTO = "auto";

/** Links that lead to links: more than the system itself follows. */
const MOST_LINKS = 40;

/** All entries, also in folders. */
export function gcRoots(fs: ReadFs, layout: Layout): GcRoot[] {
  return fs.lstat(layout.gcroots) === null ? [] : entriesOf(fs, layout.gcroots);
}

function entriesOf(fs: ReadFs, folder: string): GcRoot[] {
  return fs.readDir(folder).flatMap((name): GcRoot[] => {
    const path = `${folder}/${name}`;
    const kind = fs.lstat(path)?.kind;
    if (kind === "dir") return entriesOf(fs, path);
    const isAuto = basename(folder) === AUTO;
    if (kind === "file" && !isAuto) {
      return [{ path, objects: objectsIn([textOf(fs, path)]), link: null, stale: false }];
    }
    if (kind !== "file" && kind !== "link") {
      return [{ path, objects: [], link: null, stale: isAuto }];
    }
    const to = kind === "file"
      ? textOf(fs, path).replace(/\n$/, "")
      : resolve(folder, fs.readLink(path));
    const end = kind === "file" && !isPath(to) ? null : endOf(fs, to);
    const objects = end === null ? [] : objectsIn([end]);
    const stale = end === null || (isAuto && objects.length === 0);
    return [{ path, objects, link: isAuto ? to : null, stale }];
  });
}

/** Whether a text can be a path that sys.lua has written down. Some systems refuse to look at what is none, with no word
 * about the entry. */
function isPath(text: string): boolean {
  return text.startsWith("/") && !text.includes("\0");
}

function textOf(fs: ReadFs, path: string): string {
  return Buffer.from(fs.readFile(path)).toString();
}

/** Where a path leads: to an object, or the last that is there; null for nothing. */
function endOf(fs: ReadFs, from: string): string | null {
  let path = from;
  try {
    for (let n = 0; n < MOST_LINKS; n++) {
      if (objectsIn([path]).length > 0) break;
      const info = fs.lstat(path);
      if (info === null) return null;
      if (info.kind !== "link") break;
      path = resolve(dirname(path), fs.readLink(path));
    }
  } catch (thrown) {
    // What others have put in the way of a link stops no collection. What may be there later does.
    if (!(thrown instanceof FsError) || !NOWHERE.has(thrown.code)) throw thrown;
  }
  return path;
}

/** What systems say of a path that leads to nothing, whoever asks. */
const NOWHERE = new Set<FsCode>(["ELOOP", "ENAMETOOLONG"]);
