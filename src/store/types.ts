/** What the other rooms may ask of a store. `openStore` in `store.ts` gives one. */
import type { Digest } from "../digest.ts";
import type { DerivationHash } from "../manifest/types.ts";
import type { NewTree, TreeOptions } from "./stage.ts";
import type { ChangedFile } from "./changes.ts";
import type { Imported } from "./import.ts";
import type { ObjectName } from "./names.ts";

/** What is compressed in the files of an output, where a search of them does not find it. */
export interface Compressed {
  readonly references: readonly ObjectName[];
  /** A path of this store: the output is bound to it. */
  readonly bound: boolean;
}

/** One output of a build. */
export interface Output {
  /** Where it was made: what `scratchPath` gave. */
  readonly scratch: string;
  readonly name: string;
  readonly version: string | null;
  /** The objects that it may refer to. */
  readonly candidates: readonly ObjectName[];
  readonly compressed?: Compressed;
  /** Content hash that it must have. @throws SysError "build" with both hashes */
  readonly expected?: Digest;
  /** Outputs of the same derivation that are objects already, by their scratch paths: where this one names
   * them, it will name the objects. `registerAll` fills it in. */
  readonly siblings?: ReadonlyMap<string, ObjectName>;
}

/** A file that is to be stored. */
export interface FileToAdd {
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
  /** For its owner alone. */
  readonly isPrivate?: boolean;
}

export interface Store {
  /** `<root>/store`. */
  readonly dir: string;
  /** Other users may read it. */
  readonly shared: boolean;
  /** Where an object lies, or would. */
  pathOf(object: ObjectName): string;
  has(object: ObjectName): boolean;
  /** Those of many objects that are not here. What this store has made, or found unchanged, is not looked for again. */
  missing(objects: Iterable<ObjectName>): Set<ObjectName>;

  /** The name that a file with this content would get. Pure. A private one is for its owner alone. */
  nameOfFile(
    name: string,
    content: Uint8Array,
    executable: boolean,
    isPrivate?: boolean,
  ): ObjectName;
  /** Makes a file an object, if it is none yet: written, flushed, renamed. It refers to the objects whose paths are
   * in it. */
  addFile(name: string, content: Uint8Array, executable: boolean, isPrivate?: boolean): ObjectName;
  /** Makes many files objects, each of which may refer to those before it. */
  addFiles(files: readonly FileToAdd[]): readonly ObjectName[];
  /** The name that a file, link or folder would get. */
  nameOfTree(name: string, path: string, options?: TreeOptions): ObjectName;
  /** Copies a file, link or folder into the store. What others may not read there they may not read here.
   * @throws SysError of kind "store" when it is not, or no longer, the expected one */
  addTree(name: string, path: string, options?: TreeOptions): ObjectName;
  /** The same for many. */
  addTrees(trees: readonly NewTree[]): readonly ObjectName[];

  /** Path below `tmp/` where an output is to be made: fixed by the derivation, so that builds repeat. */
  scratchPath(
    derivation: DerivationHash,
    output: string,
    name: string,
    version: string | null,
  ): string;
  /** Makes what lies at a scratch path an object: canonical permissions and times, self-references rewritten,
   * references recorded, renamed into writer. After an error it is still at the scratch path. */
  register(output: Output): ObjectName;
  /** The same for all outputs of one build, which may name each other's scratch paths. The objects come in the
   * order of the outputs. @throws SysError "build" when they name each other in a circle */
  registerAll(outputs: readonly Output[]): ObjectName[];

  /** Moves a tree that was unpacked below `tmp/`, in canonical form, into the store under the name that it has
   * elsewhere.
   * @throws SysError of kind "store" when its content is not what the name says, or is bound to another root */
  importTree(object: ObjectName, tree: string, imported: Imported): void;
  /** Makes the store's folders, where they are not there yet. */
  prepare(): void;
  /** A path below `tmp/` that nobody else uses; its folder exists. */
  sparePath(): string;

  /** The outputs of a derivation, or those that are needed of them, when it is realized and they are all here. Nothing
   * keeps outputs that nobody uses: others may be gone. A derivation that was not realized when this store looked is
   * looked at once: whoever is about to build it asks for its outputs as of now. */
  outputsOf(
    derivation: DerivationHash,
    needed?: readonly string[],
  ): Readonly<Record<string, ObjectName>> | null;
  /** The same as of now: another process may have realized it meanwhile. */
  outputsNow(
    derivation: DerivationHash,
    needed?: readonly string[],
  ): Readonly<Record<string, ObjectName>> | null;
  /** Copies the outputs of a derivation, or those that are needed of them, from the system's store, with all that they
   * refer to; null where they can't be had there. */
  takeOver(
    derivation: DerivationHash,
    needed?: readonly string[],
  ): Readonly<Record<string, ObjectName>> | null;
  /** Records that a derivation is realized; `description` goes into its `.drv` for people; null: there is no such file. */
  recordOutputs(
    derivation: DerivationHash,
    outputs: Readonly<Record<string, ObjectName>>,
    description: unknown,
  ): void;

  /** Makes the links by which people find outputs: `pkg/<name>/<version>/<platform>`. */
  linkForPeople(
    named: { readonly name: string; readonly version: string | null },
    outputs: Readonly<Record<string, ObjectName>>,
  ): void;

  /** Objects that an object refers to, itself excluded. */
  references(object: ObjectName): readonly ObjectName[];
  /** Objects and all that they refer to. */
  closure(objects: Iterable<ObjectName>): Set<ObjectName>;
  /** The files of objects, and of all that they refer to, that are not what they were when their object was made.
   * Costs an `lstat` for each, once a run; contents are read only where sizes, times, permissions or inodes differ
   * from what is recorded. */
  changed(objects: Iterable<ObjectName>): ChangedFile[];
  /** Whether an object, without what it refers to, is what it was when it was made. */
  intact(object: ObjectName): boolean;
}
