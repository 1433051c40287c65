/** Takes where a build's outputs and the objects that it uses lie, tells paths in them from others. */
import * as posix from "node:path/posix";
import type { ObjectName } from "../../store/names.ts";
import type { ReadFs } from "../../system/mod.ts";

/** What is inspected, and what belongs to it. */
export interface Subject {
  /** Scratch paths by the names of outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What the outputs may refer to. */
  readonly objects: readonly ObjectName[];
  /** `<root>/store`. */
  readonly store: string;
  /** Folders that are gone after the build. */
  readonly temporary: readonly string[];
  /** A path beside the outputs that is free; its folder is there. */
  spare(): string;
  /** All that is in the folders among the outputs; null where that is not known. */
  readonly paths: readonly string[] | null;
  /** The derivation uses what the host has, and means to. */
  readonly host: boolean;
  /** The content is known beforehand: nothing of this build can be in it. */
  readonly fixed: boolean;
}

export class Places {
  readonly #objects: ReadonlySet<string>;
  readonly #outputs: readonly (readonly [name: string, path: string])[];
  /** The store, as it is called and as it is without links. */
  #stores: ReadonlySet<string> | null = null;

  constructor(readonly fs: ReadFs, readonly subject: Subject) {
    this.#objects = new Set(subject.objects);
    this.#outputs = Object.entries(subject.outputs);
  }

  /** Whether a path is in an output or in an object that the build could use. */
  has(path: string): boolean {
    const { store: called } = this.subject;
    this.#stores ??= new Set([called, this.fs.realPath(called)]);
    for (const store of this.#stores) {
      const rest = below(store, path);
      if (rest === null) continue;
      const [kind, name] = rest.split("/");
      if (kind === "obj" && this.#objects.has(name)) return true;
      if (kind === "tmp" && this.#outputs.some(([, one]) => posix.basename(one) === name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a file is there, and is in the store wherever links lead. */
  hasFile(path: string): boolean {
    try {
      return this.fs.lstat(path) !== null && this.has(this.fs.realPath(path));
    } catch {
      // What can't be looked at no loader finds: it is too long, closed to this user, or leads in a circle.
      return false;
    }
  }

  /** Whether a path is in a folder that is gone after the build. */
  isTemporary(path: string): boolean {
    return this.subject.temporary.some((folder) => below(folder, path) !== null);
  }

  /** Folders of the store in which libraries lie by custom. */
  *libraryFolders(): Generator<string> {
    for (const folder of ["lib", "lib64"]) {
      for (const [, path] of this.#outputs) yield `${path}/${folder}`;
      for (const object of this.#objects) yield `${this.subject.store}/obj/${object}/${folder}`;
    }
  }

  /** What people call a path: below an output, or as an object. */
  label(path: string): string {
    for (const [name, output] of this.#outputs) {
      const rest = below(output, path);
      if (rest === null) continue;
      if (rest === "") return name === "out" ? "the output" : `the output ${name}`;
      return name === "out" ? rest : `${name}/${rest}`;
    }
    return below(`${this.subject.store}/obj`, path) ?? path;
  }
}

/** What follows a folder in a path, "" for the folder itself; null for what is not in it. */
function below(folder: string, path: string): string | null {
  if (path === folder) return "";
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null;
}
