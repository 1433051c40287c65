/** Takes a folder (the config's, or an input's), gives what Lua may see of it: files and folders below it, no `..`,
 * no links that lead out. */
import { isAbsolute, join, relative } from "node:path";
import { shortHash } from "../digest.ts";
import { HostError } from "../lua/vm.ts";
import { hashTree } from "../store/nar.ts";
import type { ReadFs } from "../system/mod.ts";
import type { ConfigFile } from "./types.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

export class Tree {
  /** Absolute path. */
  readonly path: string;
  readonly #fs: ReadFs;
  #real: string | undefined;
  readonly #texts = new Map<string, string | null>();
  readonly #files = new Map<string, ConfigFile>();
  readonly #sources = new Map<string, string | null>();

  constructor(fs: ReadFs, path: string) {
    this.#fs = fs;
    this.path = path;
  }

  /** Text of a file, or null where none is. Read once. */
  read(path: string): string | null {
    let text = this.#texts.get(path);
    if (text === undefined) {
      text = this.#kind(path) === "file" ? this.#decode(path) : null;
      this.#texts.set(path, text);
    }
    return text;
  }

  /** The files that were read, each as it was then. */
  filesRead(): ConfigFile[] {
    return [...this.#files.values()];
  }

  /** What is there, links followed as far as they stay inside. */
  kind(path: string): "file" | "dir" | null {
    return this.#kind(path);
  }

  /** Names in a folder, those of folders with a `/` at the end; null where no folder is. */
  list(path: string): string[] | null {
    if (this.#kind(path) !== "dir") return null;
    return this.#fs.readDir(join(this.path, path)).map((name) =>
      this.#fs.lstat(join(this.path, path, name))?.kind === "dir" ? `${name}/` : name
    );
  }

  /** Paths of all files (and links) below a folder, relative to it. */
  walk(path: string): string[] | null {
    if (this.#kind(path) !== "dir") return null;
    const found: string[] = [];
    const visit = (inner: string) => {
      for (const name of this.#fs.readDir(join(this.path, path, inner))) {
        const below = inner === "" ? name : `${inner}/${name}`;
        const info = this.#fs.lstat(join(this.path, path, below));
        if (info?.kind === "dir") visit(below);
        else if (name.includes("\n")) {
          throw new HostError(`"${below}" has a line break in its name`);
        } else found.push(below);
      }
    };
    visit("");
    return found;
  }

  /** Short hash of the NAR of a file or folder; null where nothing is. */
  source(path: string): string | null {
    let id = this.#sources.get(path);
    if (id === undefined) {
      id = this.#kind(path) === null
        ? null
        : shortHash(hashTree(this.#fs, this.#fs.realPath(join(this.path, path))));
      this.#sources.set(path, id);
    }
    return id;
  }

  #decode(path: string): string {
    const real = this.#fs.realPath(join(this.path, path));
    const content = this.#fs.readFile(real);
    this.#files.set(path, { path, content, mode: this.#fs.lstat(real)?.mode ?? 0o600 });
    try {
      return decoder.decode(content);
    } catch (error) {
      if (error instanceof TypeError) throw new HostError(`\`${path}\` is not UTF-8 text`);
      throw error;
    }
  }

  #kind(path: string): "file" | "dir" | null {
    const whole = join(this.path, path);
    let info = this.#fs.lstat(whole);
    if (info === null) return null;
    this.#real ??= this.#fs.realPath(this.path);
    let real: string;
    try {
      real = this.#fs.realPath(whole);
    } catch {
      throw new HostError(`\`${path}\` is a link to nothing`);
    }
    const inside = relative(this.#real, real);
    if (inside === ".." || /^\.\.[/\\]/.test(inside) || isAbsolute(inside)) {
      throw new HostError(`\`${path}\` is a link that leads out of the folder`);
    }
    if (info.kind === "link") info = this.#fs.lstat(real);
    return info?.kind === "file" || info?.kind === "dir" ? info.kind : null;
  }
}
