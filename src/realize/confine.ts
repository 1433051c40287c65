/** Takes a path that a recipe names, gives the one to use, or refuses it. Links are resolved first, so that none
 * leads out of what a build may see. */
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { SysError } from "../errors.ts";
import type { ReadFs } from "../system/mod.ts";

/** The places of one build; absolute paths. */
export interface BuildPlaces {
  readonly tmp: string;
  /** Where each output is made. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Files that were fetched. */
  readonly fetched: string;
  /** Objects: the sources, the dependencies and all that these refer to. */
  readonly objects: readonly string[];
}

export class Confinement {
  readonly #fs: ReadFs;
  readonly #places: BuildPlaces;
  readonly #writable: readonly string[];
  readonly #readable: readonly string[];

  constructor(fs: ReadFs, places: BuildPlaces) {
    this.#fs = fs;
    this.#places = places;
    this.#writable = [places.tmp, ...Object.values(places.outputs)].map((path) =>
      this.#parentReal(path)
    );
    this.#readable = [
      ...this.#writable,
      ...[places.fetched, ...places.objects].map((path) => this.#parentReal(path)),
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

  /** The absolute path that a recipe means. */
  absolute(path: string): string {
    return resolve(this.#places.tmp, path);
  }

  /** Whether it is one of the places themselves, which have to stay. */
  isTmp(path: string): boolean {
    return path === this.#writable[0];
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
    if (roots.some((root) => isWithin(root, real))) return real;
    const where = real === wanted ? "" : ` (which is ${real})`;
    throw new SysError("build", `Cannot ${doing} ${wanted}${where}: it is outside of the build`, {
      hint: allowed,
    });
  }

  #parentReal(path: string): string {
    return join(this.#real(dirname(path)), basename(path));
  }

  /** The path without links, as far as it exists. A link to nothing is followed too. */
  #real(path: string, hops = 0): string {
    const info = this.#fs.lstat(path);
    if (info !== null && info.kind !== "link") return this.#fs.realPath(path);
    const above = dirname(path);
    if (info === null) return above === path ? path : join(this.#real(above, hops), basename(path));
    if (hops > 40) throw new SysError("build", `Cannot use ${path}: its links lead in a circle`);
    return this.#real(resolve(this.#real(above, hops), this.#fs.readLink(path)), hops + 1);
  }
}

const READ =
  "a build may read its sources, its dependencies, what it fetched, ctx.tmp and its outputs; " +
  "pass anything else through `opts`";
const WRITE = "a build may write in ctx.tmp and to its outputs";

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
