/** Takes a folder (the config's, or an input's), gives what Lua may see of it: files and folders below it, no `..`,
 * no links that lead out. */
import { isAbsolute, join, relative } from "node:path/posix";
import { shortHash } from "../digest.ts";
import { HostError } from "../lua/vm.ts";
import { hashContent, hashTree } from "../store/nar.ts";
import type { FileInfo, ReadFs } from "../system/mod.ts";
import type { ConfigFile, SourceRead } from "./types.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });
/** Bytes. A smaller file is hashed after it was read whole, which takes fewer calls. */
const SMALL = 1 << 16;

/** What is below a tree's folder, links followed. */
interface Found {
  /** Absolute path, without links in it. */
  readonly real: string;
  readonly info: FileInfo;
}

export class Tree {
  /** Absolute path. */
  readonly path: string;
  readonly #fs: ReadFs;
  /** Folders, by their path below this one, → where they are; null for those that links lead out of it. */
  readonly #folders = new Map<string, string | null>();
  readonly #texts = new Map<string, string | null>();
  readonly #files = new Map<string, ConfigFile>();
  readonly #sources = new Map<string, string | null>();
  readonly #sourceFiles = new Map<string, { -readonly [K in keyof SourceRead]: SourceRead[K] }>();
  readonly #contents: ReadFs;

  /** @param contents where files are read of which only the hash counts */
  constructor(fs: ReadFs, path: string, contents: ReadFs = fs) {
    this.#fs = fs;
    this.path = path;
    this.#contents = contents;
  }

  /** Text of a file, or null where none is. Read once. */
  read(path: string): string | null {
    let text = this.#texts.get(path);
    if (text === undefined) {
      const found = this.#find(path);
      text = found?.info.kind === "file" ? this.#decode(path, found) : null;
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
    const kind = this.#find(path)?.info.kind;
    return kind === "file" || kind === "dir" ? kind : null;
  }

  /** Names in a folder, those of folders with a `/` at the end; null where no folder is. */
  list(path: string): string[] | null {
    if (this.kind(path) !== "dir") return null;
    return this.#fs.readDir(join(this.path, path)).map((name) =>
      this.#fs.lstat(join(this.path, path, name))?.kind === "dir" ? `${name}/` : name
    );
  }

  /** Paths of all files (and links) below a folder, relative to it. */
  walk(path: string): string[] | null {
    if (this.kind(path) !== "dir") return null;
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
  source(path: string, shown: boolean): string | null {
    let id = this.#sources.get(path);
    if (id === undefined) {
      const found = this.#find(path, this.#contents);
      id = found === null ? null : shortHash(this.#hash(found));
      this.#sources.set(path, id);
      if (id !== null && found?.info.kind === "file") {
        this.#sourceFiles.set(path, { path, ...found, id, times: 0, shown: false });
      }
    }
    const file = this.#sourceFiles.get(path);
    if (file !== undefined) file.times++, file.shown ||= shown;
    return id;
  }

  /** The files whose hash was asked for. */
  sourcesRead(): SourceRead[] {
    return [...this.#sourceFiles.values()];
  }

  #hash({ real, info }: Found): Uint8Array {
    return info.kind === "file" ? hashFile(this.#contents, real, info) : hashTree(this.#fs, real);
  }

  #decode(path: string, { real, info }: Found): string {
    const content = this.#fs.readFile(real);
    this.#files.set(path, { path, content, mode: info.mode });
    try {
      return decoder.decode(content);
    } catch (error) {
      if (error instanceof TypeError) throw new HostError(`\`${path}\` is not UTF-8 text`);
      throw error;
    }
  }

  /** A file or folder; null where neither is. `fs`: where files are looked at. */
  #find(path: string, fs = this.#fs): Found | null {
    const cut = path.lastIndexOf("/");
    const folder = path === "" ? null : this.#folder(cut < 0 ? "" : path.slice(0, cut));
    if (folder === null) return this.#follow(path);
    const real = `${folder}/${path.slice(cut + 1)}`;
    let info = fs.lstat(real);
    if (fs !== this.#fs && info?.kind !== "file") info = this.#fs.lstat(real);
    if (info === null) return null;
    return info.kind === "link" ? this.#follow(path) : kept({ real, info });
  }

  /** Where a folder is; null where none is, or one that is elsewhere. */
  #folder(path: string): string | null {
    let real = this.#folders.get(path);
    if (real === undefined) {
      try {
        real = this.#fs.realPath(path === "" ? this.path : `${this.path}/${path}`);
      } catch {
        return null;
      }
      if (path !== "") {
        const root = this.#folder("");
        if (root === null || leadsOut(root, real)) real = null;
      }
      this.#folders.set(path, real);
    }
    return real;
  }

  /** Goes the whole way, where there are links. */
  #follow(path: string): Found | null {
    const whole = join(this.path, path);
    const info = this.#fs.lstat(whole);
    if (info === null) return null;
    const root = this.#fs.realPath(this.path);
    let real: string;
    try {
      real = this.#fs.realPath(whole);
    } catch {
      throw new HostError(`\`${path}\` is a link to nothing`);
    }
    if (leadsOut(root, real)) {
      throw new HostError(`\`${path}\` is a link that leads out of the folder`);
    }
    const there = info.kind === "link" ? this.#fs.lstat(real) : info;
    return there && kept({ real, info: there });
  }
}

/** SHA-256 of the NAR of a file. */
export function hashFile(fs: ReadFs, path: string, { size, mode }: FileInfo): Uint8Array {
  if (size > SMALL) return hashTree(fs, path);
  return hashContent(fs.readFile(path), (mode & 0o100) !== 0);
}

/** Sockets and the like are not there. */
function kept(found: Found): Found | null {
  return found.info.kind === "file" || found.info.kind === "dir" ? found : null;
}

function leadsOut(root: string, real: string): boolean {
  const inside = relative(root, real);
  return inside === ".." || /^\.\.[/\\]/.test(inside) || isAbsolute(inside);
}
