/** Takes files and the outputs of builds, gives immutable objects that are named by their content. */
import { Buffer } from "node:buffer";
import { sha256, shortHash } from "../digest.ts";
import type { DerivationHash } from "../manifest/types.ts";
import type { System } from "../system/mod.ts";
import { addAll, type Write } from "./add.ts";
import { register } from "./register.ts";
import { registerAll } from "./register_all.ts";
import { type ChangedFile, changesOf } from "./changes.ts";
import { identifyContent, refuseOther } from "./identity.ts";
import { type Imported, importTree } from "./import.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import { type ObjectName, objectName, objectsIn } from "./names.ts";
import { chosen, type Outputs, readOutputs, writeOutputs } from "./outputs.ts";
import { linkForPeople } from "./people.ts";
import { StoreWriter } from "./store_writer.ts";
import {
  addReferences,
  type ObjectRecord,
  readIdentity,
  readRecord,
  recordReader,
} from "./record.ts";
import { remakeRecord } from "./remake.ts";
import { takeOver } from "./take_over.ts";
import {
  nameOfTree,
  type NewTree,
  stageFile,
  stageTree,
  type Staging,
  type TreeOptions,
} from "./stage.ts";
import type { FileToAdd, Output, Store } from "./types.ts";
import { sparePath, storing } from "./writing.ts";

export interface StoreOptions {
  /** Root of the system's store, from which outputs can be taken over. It is never written through this one. */
  readonly system?: string;
  /** Other users may read this store: the system's own. */
  readonly shared?: boolean;
}

/** Opens the store below a root. Nothing is made before something is stored. */
export function openStore(
  system: Pick<System, "fs" | "host">,
  root: string,
  options: StoreOptions = {},
): Store {
  return new LocalStore(system, root, options);
}

/** A content with what its name was made from. */
interface Named {
  readonly executable: boolean;
  readonly isPrivate: boolean;
  readonly found: ReturnType<typeof identifyContent>;
}

class LocalStore implements Store {
  readonly dir: string;
  readonly shared: boolean;
  readonly #writer: StoreWriter;
  /** Where outputs can be taken over from. */
  readonly #other: Layout | null;
  /** Objects that were looked at and found as they were made. */
  readonly #unchanged = new Set<ObjectName>();
  /** What objects refer to that this store has made. */
  readonly #made = new Map<ObjectName, readonly ObjectName[]>();
  /** Objects that were seen with all that they refer to, under the lock that keeps them. */
  readonly #whole = new Set<ObjectName>();
  /** What objects refer to, as it is recorded. Reading a record costs more than all other looks at an object. */
  readonly #references = new Map<ObjectName, readonly ObjectName[]>();

  /** Derivations of which there was no record. Others may have built one meanwhile. */
  readonly #unrealized = new Set<DerivationHash>();
  /** Whether anything can be taken over, once somebody has asked. */
  #othersBuild: boolean | null = null;

  /** Contents that were given a name: nobody changes them. */
  readonly #identified = new WeakMap<Uint8Array, Named>();

  constructor(system: Pick<System, "fs" | "host">, root: string, options: StoreOptions) {
    this.shared = options.shared ?? options.system === root;
    this.#writer = new StoreWriter(system, root, this.shared);
    const { system: other = root } = options;
    this.#other = other === root ? null : layoutOf(other);
    this.dir = this.#writer.layout.dir;
  }

  pathOf(object: ObjectName): string {
    return objectPath(this.#writer.layout, object);
  }

  has(object: ObjectName): boolean {
    return this.#writer.has(object);
  }

  missing(objects: Iterable<ObjectName>): Set<ObjectName> {
    const unseen = new Set(objects).difference(this.#unchanged);
    if (unseen.size === 0 || this.#writer.isEmpty()) return unseen;
    return new Set([...unseen].filter((object) => !this.has(object)));
  }

  nameOfFile(
    name: string,
    content: Uint8Array,
    executable: boolean,
    isPrivate = false,
  ): ObjectName {
    return objectName(name, null, this.#identify(content, executable, isPrivate).hash);
  }

  addFile(name: string, content: Uint8Array, executable: boolean, isPrivate = false): ObjectName {
    return this.addFiles([{ name, content, executable, isPrivate }])[0];
  }

  addFiles(files: readonly FileToAdd[]): readonly ObjectName[] {
    return this.#addAll(files.map((file) => (staging) => this.#stage(file, staging)));
  }

  #stage({ name, content, executable, isPrivate = false }: FileToAdd, { has, flush }: Staging) {
    const { hash, ...form } = this.#identify(content, executable, isPrivate);
    const object = objectName(name, null, hash);
    const references = objectsIn([Buffer.from(content).toString("latin1")]).filter(has);
    if (!has(object)) {
      const file = { content, executable, isPrivate, references, form };
      return stageFile(this.#writer, object, file, flush);
    }
    const { fs, layout } = this.#writer;
    refuseOther(object, form, readIdentity(fs, layout, object));
    if (references.length > 0) {
      addReferences(fs, layout, object, references);
      this.#references.delete(object);
      this.#made.delete(object);
    }
    return object;
  }

  nameOfTree(name: string, path: string, options: TreeOptions = {}): ObjectName {
    return nameOfTree(this.#writer.fs, name, path, options);
  }

  addTree(name: string, path: string, options: TreeOptions = {}): ObjectName {
    return this.addTrees([{ ...options, name, path }])[0];
  }

  addTrees(trees: readonly NewTree[]): readonly ObjectName[] {
    return this.#addAll(trees.map((tree) => (staging) => stageTree(this.#writer, tree, staging)));
  }

  #addAll(writes: readonly Write[]): readonly ObjectName[] {
    const { objects, made } = storing(() => addAll(this.#writer, writes));
    for (const { object, record } of made) {
      this.#unchanged.add(object);
      this.#made.set(object, record.references);
    }
    return objects;
  }

  scratchPath(
    derivation: DerivationHash,
    output: string,
    name: string,
    version: string | null,
  ): string {
    const hash = shortHash(sha256(`scratch:${derivation}:${output}`));
    return `${this.#writer.layout.tmp}/${objectName(name, version, hash)}`;
  }

  register(output: Output): ObjectName {
    const { object, references } = storing(() => register(this.#writer, output));
    if (references !== null) this.#references.set(object, references);
    else {
      // It was here, and may have been known to refer to less. Objects that refer to it refer to it still.
      this.#references.delete(object);
      this.#whole.delete(object);
    }
    return object;
  }

  registerAll(outputs: readonly Output[]): ObjectName[] {
    return registerAll(this.#writer.fs, outputs, (output) => this.register(output));
  }

  importTree(object: ObjectName, tree: string, imported: Imported): void {
    this.#references.delete(object);
    storing(() => importTree(this.#writer, object, tree, imported));
  }

  prepare(): void {
    storing(() => this.#writer.prepare());
  }

  sparePath(): string {
    this.prepare();
    return sparePath(this.#writer.layout);
  }

  outputsOf(derivation: DerivationHash, needed?: readonly string[]): Outputs | null {
    return this.#unrealized.has(derivation) ? null : this.outputsNow(derivation, needed);
  }

  outputsNow(derivation: DerivationHash, needed?: readonly string[]): Outputs | null {
    const all = readOutputs(this.#writer.fs, this.#writer.layout, derivation);
    if (all === null) this.#unrealized.add(derivation);
    else this.#unrealized.delete(derivation);
    const outputs = all && needed ? chosen(all, needed) : all;
    return outputs && this.#isWhole(Object.values(outputs)) ? outputs : null;
  }

  takeOver(derivation: DerivationHash, needed?: readonly string[]): Outputs | null {
    const other = this.#other;
    if (other === null) return null;
    this.#othersBuild ??= this.#writer.fs.lstat(other.drvOut) !== null;
    if (!this.#othersBuild) return null;
    this.#unrealized.delete(derivation);
    return storing(() => takeOver(this.#writer, other, derivation, needed));
  }

  recordOutputs(derivation: DerivationHash, outputs: Outputs, description: unknown): void {
    this.#unrealized.delete(derivation);
    storing(() => writeOutputs(this.#writer, derivation, outputs, description));
  }

  linkForPeople(named: Parameters<typeof linkForPeople>[1], outputs: Outputs): void {
    storing(() => linkForPeople(this.#writer, named, outputs));
  }

  references(object: ObjectName): readonly ObjectName[] {
    return this.#whole.has(object) || this.has(object) ? this.#referencesOf(object) : [];
  }

  closure(objects: Iterable<ObjectName>): Set<ObjectName> {
    const closure = new Set(objects);
    // What is looked at now need not be looked at by the next build, which may need all of it and one object more.
    this.#isWhole([...closure]);
    // A set's iteration reaches what is added on the way.
    for (const object of closure) {
      for (const other of this.references(object)) closure.add(other);
    }
    return closure;
  }

  changed(objects: Iterable<ObjectName>): ChangedFile[] {
    const found: ChangedFile[] = [];
    const closure = new Set(objects);
    const { fs, layout } = this.#writer;
    const recordOf = recordReader(fs, layout);
    for (const object of closure) {
      const changes = this.#unchanged.has(object) ? [] : this.#changesOf(object, recordOf(object));
      found.push(...changes);
      // What a changed object refers to is known only where that is recorded.
      const known = changes.length > 0
        ? readIdentity(fs, layout, object)?.references ?? []
        : this.#made.get(object) ?? this.#referencesOf(object);
      for (const other of known) closure.add(other);
    }
    return found;
  }

  intact(object: ObjectName): boolean {
    const { fs, layout } = this.#writer;
    return this.#changesOf(object, readRecord(fs, layout, object)).length === 0;
  }

  #changesOf(object: ObjectName, record: ObjectRecord | null): ChangedFile[] {
    const { fs, layout } = this.#writer;
    const changes = changesOf(fs, layout, object, record);
    if (changes.length > 0) return changes;
    this.#unchanged.add(object);
    if (record !== null) this.#references.set(object, record.references);
    return changes;
  }

  /** What an object that is here refers to. */
  #referencesOf(object: ObjectName): readonly ObjectName[] {
    const known = this.#references.get(object);
    if (known !== undefined) return known;
    const { fs, layout } = this.#writer;
    const recorded = readIdentity(fs, layout, object);
    // What the object itself has to tell is true only until it is changed.
    if (recorded === null) return remakeRecord(fs, layout, object).references;
    this.#references.set(object, recorded.references);
    return recorded.references;
  }

  /** What a content comes to: once for its name and for its object. */
  #identify(content: Uint8Array, executable: boolean, isPrivate: boolean) {
    const known = this.#identified.get(content);
    if (known?.executable === executable && known.isPrivate === isPrivate) return known.found;
    const found = identifyContent(this.#writer.layout.root, content, { executable, isPrivate });
    this.#identified.set(content, { executable, isPrivate, found });
    return found;
  }

  /** Whether objects are here with all that they refer to. */
  #isWhole(objects: readonly ObjectName[]): boolean {
    const closure = new Set(objects.filter((object) => !this.#whole.has(object)));
    for (const object of closure) {
      if (!this.has(object)) return false;
      for (const other of this.references(object)) if (!this.#whole.has(other)) closure.add(other);
    }
    for (const object of closure) this.#whole.add(object);
    return true;
  }
}
