/** The file operations of a recipe: each within what the build may see and change. */
import { basename, dirname, isAbsolute, join, relative } from "node:path/posix";
import { SysError } from "../errors.ts";
import { type FileInfo, type FileSystem, FsError } from "../system/mod.ts";
import type { Confinement } from "./confine.ts";
import { SOURCE_DATE_EPOCH } from "./environment.ts";
import { glob } from "./glob.ts";
import { Substitution } from "./substitute.ts";
import { chunksOf, copyTree, readChunks } from "../system/contents.ts";
import { makeFolders } from "../system/folders.ts";
import { removeTree } from "../store/remove.ts";

/** What is said of a file that can't be made before its place is ready. */
const UNPREPARED = new Set<string>(["EEXIST", "ENOENT", "ENOTDIR"]);

/** Bytes of a file that a recipe may be given, as many as of what a command prints. */
const MOST_READ = 16 << 20;

export class Files {
  readonly #fs: FileSystem;
  readonly #within: Confinement;

  constructor(fs: FileSystem, within: Confinement) {
    this.#fs = fs;
    this.#within = within;
  }

  /** A file over a file, a folder's content into a folder; a file into a folder that is there. */
  copy(from: string, to: string): void {
    const source = this.#existing("copy", from);
    const target = this.#target("copy to", source, to);
    if (source === target) {
      throw new SysError("build", `Cannot copy ${this.#seen(source)}: that is itself`);
    }
    if (this.#kind(source) === "dir") this.#merge(source, target);
    else this.#replace(target, () => this.#copyFile(source, target));
  }

  move(from: string, to: string): void {
    const source = this.#within.writable("move", from);
    if (this.#kind(source) === null) throw this.#missing("move", source);
    const target = this.#target("move to", source, to);
    if (source === target) {
      throw new SysError("build", `Cannot move ${this.#seen(source)}: that is itself`);
    }
    if (this.#kind(target) === "dir") {
      throw new SysError("build", `Cannot move to ${this.#seen(target)}: a folder is there`);
    }
    this.#replace(target, () => this.#fs.rename(source, target));
  }

  /** With the folders above it. One that is there is fine. */
  mkdir(path: string): void {
    const target = this.#within.writable("make the folder", path);
    if ((this.#kind(target) ?? "dir") !== "dir") {
      throw new SysError(
        "build",
        `Cannot make the folder ${this.#seen(target)}: something else is there`,
      );
    }
    makeFolders(this.#fs, target);
  }

  write(path: string, text: string, executable: boolean): void {
    const target = this.#within.writable("write", path);
    const mode = executable ? 0o755 : 0o644;
    const content = [new TextEncoder().encode(text)];
    try {
      this.#write(target, mode, content);
    } catch (thrown) {
      // Something is there, or the folder is not: as a rule neither, and asking first would take as long as writing.
      if (!(thrown instanceof FsError && UNPREPARED.has(thrown.code))) throw thrown;
      this.#replace(target, () => this.#write(target, mode, content));
    }
  }

  chmod(path: string, mode: number): void {
    const target = this.#within.writable("change the mode of", path);
    const kind = this.#kind(target);
    if (kind === null) throw this.#missing("change the mode of", target);
    // The system would follow it.
    if (kind === "link") {
      throw new SysError("build", `Cannot change the mode of ${this.#seen(target)}: it is a link`);
    }
    this.#fs.chmod(target, mode);
  }

  symlink(to: string, path: string): void {
    const target = this.#within.writable("link", path);
    if (this.#kind(target) !== null) {
      throw new SysError("build", `Cannot link ${this.#seen(target)}: something is there already`);
    }
    makeFolders(this.#fs, dirname(target));
    this.#fs.symlink(this.#within.target(to), target);
  }

  /** With everything below. Nothing there is fine. */
  remove(path: string): void {
    const target = this.#within.writable("remove", path);
    removeTree(this.#fs, target);
    if (this.#within.isTmp(target)) this.#fs.mkdir(target, 0o700);
  }

  read(path: string): string {
    const source = this.#existing("read", path);
    if (this.#kind(source) === "dir") {
      throw new SysError("build", `Cannot read ${this.#seen(source)}: it is a folder`);
    }
    if ((this.#fs.lstat(source)?.size ?? 0) > MOST_READ) {
      throw new SysError("build", `Cannot read ${this.#seen(source)}: it has more than 16 MiB`, {
        hint: "`ctx.substitute` and commands work on files of any size",
      });
    }
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
        this.#fs.readFile(source),
      );
    } catch (thrown) {
      if (!(thrown instanceof TypeError)) throw thrown;
      throw new SysError("build", `Cannot read ${this.#seen(source)}: it is not UTF-8 text`);
    }
  }

  exists(path: string): boolean {
    return this.#kind(this.#within.readable("look at", path, false)) !== null;
  }

  /** Names in a folder, sorted. */
  list(path: string): string[] {
    const folder = this.#existing("list", path);
    if (this.#kind(folder) !== "dir") {
      throw new SysError("build", `Cannot list ${this.#seen(folder)}: it is no folder`);
    }
    return this.#fs.readDir(folder);
  }

  /** Paths written like the pattern: absolute, or relative to ctx.tmp. */
  glob(pattern: string): string[] {
    const full = this.#within.absolute(pattern);
    const parts = full.split("/");
    const first = parts.findIndex((part) => /[*?[{]/.test(part));
    const fixed = first < 0 ? dirname(full) : parts.slice(0, first).join("/") || "/";
    const folder = this.#within.readable("search", fixed);
    if (this.#kind(folder) !== "dir") return [];
    const found = glob(this.#fs, folder, relative(fixed, full)).map((path) => join(fixed, path));
    // A link in the middle of a match may lead anywhere.
    for (const path of found) this.#within.readable("search", path, false);
    return isAbsolute(this.#within.target(pattern))
      ? found.map((path) => this.#within.told(path))
      : found.map((path) => relative(this.#within.absolute("."), path));
  }

  /** Replaces texts in a file; each has to occur. */
  substitute(path: string, replacements: Readonly<Record<string, string>>): void {
    const target = this.#within.writable("change", path);
    if (this.#kind(target) !== "file") throw this.#missing("change", target);
    const substitution = new Substitution(replacements);
    if (substitution.isEmpty) return;
    // Nothing is changed where a text is missing.
    for (const _ of substitution.of(readChunks(this.#fs, target)));
    const { absent } = substitution;
    if (absent !== null) {
      throw new SysError(
        "build",
        `Cannot substitute in ${this.#seen(target)}: "${absent}" is not in it`,
      );
    }
    const mode = this.#fs.lstat(target)?.mode ?? 0o644;
    const before = this.#fs.openRead(target);
    try {
      this.#replace(target, () => this.#write(target, mode, substitution.of(chunksOf(before))));
    } finally {
      before.close();
    }
  }

  #write(path: string, mode: number, chunks: Iterable<Uint8Array>): void {
    const file = this.#fs.create(path, mode);
    try {
      for (const chunk of chunks) file.write(chunk);
    } finally {
      file.close();
    }
  }

  /** A path as the build sees it, for messages. */
  #seen(path: string): string {
    return this.#within.seen(path);
  }

  #missing(doing: string, path: string): SysError {
    return new SysError("build", `Cannot ${doing} ${this.#seen(path)}: nothing is there`);
  }

  #kind(path: string) {
    return this.#fs.lstat(path)?.kind ?? null;
  }

  #existing(doing: string, path: string): string {
    const source = this.#within.readable(doing, path);
    if (this.#kind(source) === null) throw this.#missing(doing, source);
    return source;
  }

  /** Where something is to go: into a folder that is there, unless it is a folder itself. */
  #target(doing: string, source: string, to: string): string {
    const target = this.#within.writable(doing, to);
    const intoFolder = to.endsWith("/") ||
      (this.#kind(target) === "dir" && this.#kind(source) !== "dir");
    const final = intoFolder ? join(target, basename(source)) : target;
    return intoFolder ? this.#within.writable(doing, final) : target;
  }

  #merge(from: string, to: string): void {
    if (to === from || to.startsWith(`${from}/`)) {
      throw new SysError(
        "build",
        `Cannot copy ${this.#seen(from)} to ${this.#seen(to)}: that is inside it`,
      );
    }
    const there = this.#kind(to);
    if (there === null) {
      makeFolders(this.#fs, dirname(to));
      return copyTree(this.#fs, from, to, timeOfCopy);
    }
    if (there !== "dir") {
      throw new SysError("build", `Cannot copy to ${this.#seen(to)}: it is no folder`);
    }
    for (const name of this.#fs.readDir(from)) {
      const [source, target] = [join(from, name), join(to, name)];
      if (source === target) {
        throw new SysError("build", `Cannot copy ${this.#seen(source)}: that is itself`);
      }
      if (this.#kind(source) === "dir") this.#merge(source, target);
      else this.#replace(target, () => copyTree(this.#fs, source, target, timeOfCopy));
    }
  }

  #copyFile(from: string, to: string): void {
    copyTree(this.#fs, from, to, timeOfCopy);
  }

  /** Makes something where nothing, a file or a link may be. A new file never shares its content with another. */
  #replace(path: string, make: () => void): void {
    const kind = this.#kind(path);
    if (kind === "dir") {
      throw new SysError("build", `Cannot write ${this.#seen(path)}: a folder is there`);
    }
    if (kind === null) makeFolders(this.#fs, dirname(path));
    else this.#fs.remove(path);
    make();
  }
}

/** A copy has the time of what is copied, since make compares times. Everything in the store has one equal time, which
 * is too early for zip; its copies have the one that the build's tools write. */
function timeOfCopy({ mtime }: FileInfo): number {
  return Math.max(mtime, SOURCE_DATE_EPOCH);
}
