/** Takes a path that a recipe names, gives the one to use, or refuses it. Links are resolved first, so that none
 * leads out of what a build may see. */
import { basename, dirname, isAbsolute, join, parse, relative, resolve } from "node:path/posix";
import { SysError } from "../errors.ts";
import { type NativePaths, nativePaths, type Os, type ReadFs } from "../system/mod.ts";

/** The places of one build; absolute paths of this machine. */
export interface BuildPlaces {
  readonly tmp: string;
  /** Where each output is made. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Files that were fetched. */
  readonly fetched: string;
  /** Objects: the sources, the dependencies and all that these refer to. */
  readonly objects: readonly string[];
  /** How the build sees its scratch folders. A sandbox that can mount shows them at the same paths in every root, so
   * that what a compiler writes down of them is the same; elsewhere they are seen where they are. */
  readonly seen: { readonly tmp: string; readonly fetched: string };
  /** A folder above most of these. */
  readonly settled: SettledFolder;
}

/** A folder that no build can exchange for a link, nor what lies above it: where it leads is found out once for all
 * builds. */
export interface SettledFolder {
  readonly path: string;
  /** The same without links, once somebody has looked. */
  real?: string;
}

/** Links followed one after the other before a loop is assumed, as Linux does. */
const HOPS = 40;

/** Recipes name paths as the build sees them, and as the operating system writes them, with slashes (`C:/x`); what is
 * given to the file system are this machine's, in the form that they have inside. */
export class Confinement {
  readonly #fs: ReadFs;
  readonly #places: BuildPlaces;
  readonly #openScratch: () => void;
  readonly #paths: NativePaths;
  #writable: ReadonlySet<string> | null = null;
  #readable: ReadonlySet<string> | null = null;

  /** @param openScratch makes the scratch folders, which are not there before a path in them is named */
  constructor(fs: ReadFs, places: BuildPlaces, openScratch: () => void, os: Os) {
    this.#paths = nativePaths(os);
    this.#fs = fs;
    this.#places = places;
    this.#openScratch = openScratch;
  }

  /** A path to be looked at. `follow`: also where a link at its end leads. */
  readable(doing: string, path: string, follow = true): string {
    const { seen, objects } = this.#places;
    this.#readable ??= new Set([...this.#roots(), ...this.#reals([seen.fetched, ...objects])]);
    return this.#check(doing, path, follow, this.#readable, READ);
  }

  /** A path to be made, changed or removed; a link at its end is itself meant. */
  writable(doing: string, path: string): string {
    return this.#check(doing, path, false, this.#roots(), WRITE);
  }

  /** The absolute path that a recipe means, as the build sees it. */
  absolute(path: string): string {
    return resolve(this.#places.seen.tmp, this.#paths.fromNative(path));
  }

  /** How the build sees a path of this machine. */
  seen(path: string): string {
    const { seen, tmp, fetched } = this.#places;
    return this.told(moved(path, tmp, seen.tmp) ?? moved(path, fetched, seen.fetched) ?? path);
  }

  /** How a recipe is told of a path that the build sees. */
  told(path: string): string {
    return this.#paths.toMixed(path);
  }

  /** What a recipe gives for where a link leads. */
  target(to: string): string {
    return this.#paths.fromNative(to);
  }

  /** Whether it is the scratch folder itself, which has to stay. */
  isTmp(path: string): boolean {
    return path === this.outside(this.#parentReal(this.#places.seen.tmp));
  }

  /** Where a build may write. */
  #roots(): ReadonlySet<string> {
    const { seen, outputs } = this.#places;
    return this.#writable ??= new Set(this.#reals([seen.tmp, ...Object.values(outputs)]));
  }

  /** What `#parentReal` gives for each. A build may see thousands of objects, most of them in one folder. */
  #reals(paths: readonly string[]): string[] {
    const folders = new Map<string, string>();
    return paths.map((path) => {
      const folder = dirname(path);
      const real = folders.get(folder) ?? this.#real(folder);
      folders.set(folder, real);
      return join(real, basename(path));
    });
  }

  #check(
    doing: string,
    path: string,
    follow: boolean,
    roots: ReadonlySet<string>,
    allowed: string,
  ): string {
    if (path === "" || path.includes("\0")) {
      throw new SysError("build", `Cannot ${doing} "${path}": it is no path`);
    }
    const wanted = this.absolute(path);
    const real = follow ? this.#real(wanted) : this.#parentReal(wanted);
    if (isWithinAny(roots, real)) return this.#opened(this.outside(real));
    const where = real === wanted ? "" : ` (which is ${real})`;
    throw new SysError("build", `Cannot ${doing} ${wanted}${where}: it is outside of the build`, {
      hint: allowed,
    });
  }

  /** Where on this machine a path lies that the build sees. */
  outside(path: string): string {
    const { seen, tmp, fetched } = this.#places;
    return moved(path, seen.tmp, tmp) ?? moved(path, seen.fetched, fetched) ?? path;
  }

  /** A path of this machine; where it is in the scratch folders, these are there from now on. */
  #opened(path: string): string {
    const { tmp, fetched } = this.#places;
    if (isWithin(tmp, path) || isWithin(fetched, path)) this.#openScratch();
    return path;
  }

  #parentReal(path: string): string {
    return join(this.#real(dirname(path)), basename(path));
  }

  /** The path without links, as far as it exists, all of it as the build sees it. A link to nothing is followed too. */
  #real(path: string): string {
    const { settled } = this.#places;
    const isSettled = path === settled.path || path.startsWith(`${settled.path}/`);
    if (!isSettled) return this.#walk(parse(path).root, path);
    settled.real ??= this.#walk(parse(path).root, settled.path);
    return this.#walk(settled.real, path, settled.path.length);
  }

  /** Goes on from a folder without links in its path. `start`: how much of the path leads to that. */
  #walk(from: string, path: string, start = from.length): string {
    const todo = path.slice(start).split("/");
    let at = from;
    for (let hops = 0; todo.length > 0;) {
      const part = todo.shift()!;
      if (part === "" || part === ".") continue;
      if (part === "..") {
        at = dirname(at);
        continue;
      }
      const next = join(at, part);
      const outside = this.outside(next);
      if (this.#fs.lstat(outside)?.kind !== "link") {
        at = next;
        continue;
      }
      if (++hops > HOPS) {
        throw new SysError("build", `Cannot use ${path}: its links lead in a circle`);
      }
      const target = this.#fs.readLink(outside);
      if (isAbsolute(target)) at = parse(target).root;
      todo.unshift(...target.slice(isAbsolute(target) ? at.length : 0).split("/"));
    }
    return at;
  }
}

/** A path below `from`, below `to`; null when it lies elsewhere. */
function moved(path: string, from: string, to: string): string | null {
  return isWithin(from, path) ? join(to, relative(from, path)) : null;
}

const READ =
  "a build may read its sources, its dependencies, what it fetched, ctx.tmp and its outputs; " +
  "pass anything else through `opts`";
const WRITE = "a build may write in ctx.tmp and to its outputs";

/** The folders above a path are few, the roots may be thousands. Those are asked where letters' case may differ. */
function isWithinAny(roots: ReadonlySet<string>, path: string): boolean {
  for (let at = path;; at = dirname(at)) {
    if (roots.has(at)) return true;
    if (dirname(at) === at) return roots.values().some((root) => isWithin(root, path));
  }
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`../`) && !isAbsolute(way));
}
