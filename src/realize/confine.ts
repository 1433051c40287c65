/** Takes a path that a recipe names, gives the one to use, or refuses it. Links are resolved first, so that none
 * leads out of what a build may see. */
import { basename, dirname, isAbsolute, join, parse, relative, resolve, sep } from "node:path";
import { SysError } from "../errors.ts";
import type { ReadFs } from "../system/mod.ts";

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
}

/** Links followed one after the other before a loop is assumed, as Linux does. */
const HOPS = 40;

/** Recipes name paths as the build sees them; what is given to the file system are this machine's. */
export class Confinement {
  readonly #fs: ReadFs;
  readonly #places: BuildPlaces;
  readonly #writable: readonly string[];
  readonly #readable: readonly string[];

  constructor(fs: ReadFs, places: BuildPlaces) {
    this.#fs = fs;
    this.#places = places;
    const { seen, outputs, objects } = places;
    this.#writable = [seen.tmp, ...Object.values(outputs)].map((path) => this.#parentReal(path));
    this.#readable = [
      ...this.#writable,
      ...[seen.fetched, ...objects].map((path) => this.#parentReal(path)),
    ];
  }

  /** A path to be looked at. `follow`: also where a link at its end leads. */
  readable(doing: string, path: string, follow = true): string {
    return this.#check(doing, path, follow, this.#readable, READ);
  }

  /** A path to be made, changed or removed; a link at its end is itself meant. */
  writable(doing: string, path: string): string {
    return this.#check(doing, path, false, this.#writable, WRITE);
  }

  /** The absolute path that a recipe means, as the build sees it. */
  absolute(path: string): string {
    return resolve(this.#places.seen.tmp, path);
  }

  /** How the build sees a path of this machine. */
  seen(path: string): string {
    const { seen, tmp, fetched } = this.#places;
    return moved(path, tmp, seen.tmp) ?? moved(path, fetched, seen.fetched) ?? path;
  }

  /** Whether it is the scratch folder itself, which has to stay. */
  isTmp(path: string): boolean {
    return path === this.outside(this.#writable[0]);
  }

  #check(
    doing: string,
    path: string,
    follow: boolean,
    roots: readonly string[],
    allowed: string,
  ): string {
    if (path === "" || path.includes("\0")) {
      throw new SysError("build", `Cannot ${doing} "${path}": it is no path`);
    }
    const wanted = this.absolute(path);
    const real = follow ? this.#real(wanted) : this.#parentReal(wanted);
    if (roots.some((root) => isWithin(root, real))) return this.outside(real);
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

  #parentReal(path: string): string {
    return join(this.#real(dirname(path)), basename(path));
  }

  /** The path without links, as far as it exists, all of it as the build sees it. A link to nothing is followed too. */
  #real(path: string): string {
    const { root } = parse(path);
    const todo = path.slice(root.length).split(sep);
    let at = root;
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
      todo.unshift(...target.slice(isAbsolute(target) ? at.length : 0).split(sep));
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

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
