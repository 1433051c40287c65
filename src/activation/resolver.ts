/** Takes the texts of a scope's actions, gives them concrete: placeholders filled, `~` resolved, generated files
 * named as the objects that they will be. */
import { join } from "node:path/posix";
import { type Place, SysError } from "../errors.ts";
import type { Origin } from "../manifest/types.ts";
import { PLACEHOLDER, placeholdersIn, substitute } from "../manifest/placeholder.ts";
import { objectsIn } from "../store/names.ts";
import { nativePaths } from "../system/mod.ts";
import type { BindWorld, GeneratedFile, Scope } from "./scope.ts";

/** Stands for what is not built yet. */
export const PENDING = "(not built yet)";

/** A placeholder, and what is below it. */
const PATH_OF_PLACEHOLDER = new RegExp(`${PLACEHOLDER.source}(?:/[^\\s;:"'|&<>/]+)*`, "g");

/** A whole path of a drive, in any form: `C:\x`, `C:/x`, `/c/x`. */
const ON_DRIVE = /^(?:[A-Za-z]:[\\/]|\/[A-Za-z]\/)/;

/** Whether a text holds something that is not built yet. */
export function isPending(text: string): boolean {
  return text === PENDING || placeholdersIn(text).length > 0;
}

/** The last part of a target: what its object is named after. */
export function nameIn(target: string): string {
  return target.split(/[\\/]/).at(-1) || "file";
}

/** What names stand for in one scope. */
export class Resolver {
  /** Files that are to be in the store, by the path that they will have. */
  readonly files = new Map<string, GeneratedFile>();

  #mixed: ReadonlyMap<string, string> | undefined;

  constructor(readonly scope: Scope, readonly world: BindWorld) {}

  /** Puts known paths in; what is not built keeps its placeholder. */
  fill(text: string, place: Place): string {
    const filled = substitute(text, this.world.known);
    if (!filled.includes("\0")) return filled;
    throw new SysError("config", "Cannot use a text with a NUL character here", { place });
  }

  /** The same for a path: `~` is the scope's home. */
  path(text: string, place: Place): string {
    return this.absolute(this.fill(text, place));
  }

  /** As `fill`, for a text that programs get: paths that are put in are as the system has them. */
  native(text: string, place: Place): string {
    const filled = this.fill(text, place);
    const { os } = this.world.system.host;
    if (os !== "windows") return filled;
    const { toNative } = nativePaths(os);
    return text.replace(PATH_OF_PLACEHOLDER, (path) => {
      const inside = this.fill(path, place);
      return isPending(inside) ? inside : toNative(inside);
    });
  }

  /** As `path` for what is a whole path, else as `fill`: in any other text a backslash is no separator. */
  value(text: string, place: Place): string {
    return this.#isPath(text) ? this.path(text, place) : this.fill(text, place);
  }

  /** The same for a text that programs get. */
  nativeValue(text: string, place: Place): string {
    if (!this.#isPath(text)) return this.native(text, place);
    return nativePaths(this.world.system.host.os).toNative(this.path(text, place));
  }

  #isPath(text: string): boolean {
    const onWindows = this.world.system.host.os === "windows";
    return text === "~" || text.startsWith("~/") || onWindows && ON_DRIVE.test(text);
  }

  absolute(named: string): string {
    const path = nativePaths(this.world.system.host.os).fromNative(named);
    if (path === "~") return this.scope.home;
    return path.startsWith("~/") ? join(this.scope.home, path.slice(2)) : path;
  }

  /** Where an origin lies, or will. */
  origin(origin: Origin, name: string, place: Place, secret = false): string {
    if ("path" in origin) return this.path(origin.path, place);
    const text = substitute(origin.text, this.#inTexts());
    return isPending(text) ? PENDING : this.#add(name, encode(text), origin.executable, secret);
  }

  /** Placeholder → path, for texts that languages quote. */
  #inTexts(): ReadonlyMap<string, string> {
    const { known, system: { host: { os } } } = this.world;
    if (os !== "windows") return known;
    const { toMixed } = nativePaths(os);
    return this.#mixed ??= new Map(Array.from(known, ([name, path]) => [name, toMixed(path)]));
  }

  addText(name: string, text: string, executable = false): string {
    return this.#add(name, encode(text), executable, false);
  }

  addFile(name: string, content: Uint8Array): string {
    return this.#add(name, content, false, false);
  }

  /** What lies outside the store may change at any time: it is kept as it is now. */
  addLive(path: string, executable: boolean, secret: boolean): string {
    if (objectsIn([path]).length > 0) return path;
    return this.#add(nameIn(path), this.world.system.fs.readFile(path), executable, secret);
  }

  #add(name: string, content: Uint8Array, executable: boolean, secret: boolean): string {
    const { store } = this.world;
    const path = store.pathOf(store.nameOfFile(name, content, executable, secret));
    this.files.set(path, { name, content, executable, isPrivate: secret, path });
    return path;
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
