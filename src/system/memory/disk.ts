/** A disk in memory: what is on it now, what of that has been flushed, and what a power cut makes of it.
 *
 * A change of names (making, renaming, removing) happens wholly or not at all. Flushing a folder flushes the
 * changes of names in it, with what they build upon; flushing a file its content and attributes. A new file or
 * folder comes with the attributes that it was made with, and without content. */
import type { FsCode } from "../fs.ts";
import {
  type Attributes,
  Bytes,
  type Entries,
  type Entry,
  type FileInode,
  type FolderInode,
  type Inode,
  type LinkInode,
} from "./inode.ts";
import { Locks } from "./locks.ts";
import { RULES, type Rules } from "./rules.ts";
import type { Survivors } from "./survivors.ts";

/** Why the disk refuses. */
export class Refusal extends Error {
  constructor(readonly code: FsCode) {
    super(code);
  }
}

/** A name in a folder that gets another meaning, or none. */
export interface NameChange {
  readonly folder: FolderInode;
  readonly name: string;
  readonly inode: Inode | null;
}

export interface DiskOptions {
  readonly rules?: Rules;
  /** Seconds since the epoch, for what is made and changed. */
  readonly now?: () => number;
}

const ROOT: Attributes = { mode: 0o755, uid: 0, gid: 0, mtime: 0 };

export class Disk {
  readonly rules: Rules;
  readonly root: FolderInode;
  /** Bytes that files may have in all. */
  capacity = Infinity;
  /** Every change is refused. */
  readOnly = false;
  /** Nothing is made or removed in the root itself. */
  sealedRoot = false;
  /** All of it can be flushed in one operation. */
  flushesAll = true;
  /** Names that one file may have. */
  maxLinks = 65_000;
  locks = new Locks();
  /** Counts the power cuts: what was open before one is open no more. */
  age = 0;
  readonly #now: () => number;
  #inodes = 1;
  #devices = 1;
  #used = 0;
  #pending: (readonly NameChange[])[] = [];

  constructor(options: DiskOptions = {}) {
    this.rules = options.rules ?? RULES.linux;
    this.#now = options.now ?? (() => 1_000_000_000);
    this.root = this.#folder(ROOT, this.#devices);
    this.root.parent = this.root;
  }

  get now(): number {
    return this.#now();
  }

  newFile(attributes: Attributes, dev: number): FileInode {
    return {
      ...this.#common(attributes, dev),
      kind: "file",
      content: new Bytes(),
      flushedContent: new Uint8Array(),
    };
  }

  newFolder(attributes: Attributes, dev: number): FolderInode {
    return this.#folder(attributes, dev);
  }

  newLink(attributes: Attributes, dev: number, to: string): LinkInode {
    return { ...this.#common(attributes, dev), kind: "link", to };
  }

  /** Looks a name up. */
  entry(folder: FolderInode, name: string): Entry | undefined {
    return folder.entries.get(this.rules.key(name));
  }

  /** Changes names, in one operation. */
  change(changes: readonly NameChange[]): void {
    this.#pending.push(changes);
    for (const { folder, name, inode } of changes) {
      const key = this.rules.key(name);
      this.#count(folder.entries.get(key)?.inode, -1);
      if (inode === null) folder.entries.delete(key);
      else folder.entries.set(key, { name, inode });
      this.#count(inode, 1);
      if (inode?.kind === "dir") inode.parent = folder;
      folder.attributes = { ...folder.attributes, mtime: this.now };
    }
  }

  /** Bytes that files have in all. */
  get used(): number {
    return this.#used;
  }

  /** Writes into a file; what does not fit is not written. @throws Refusal ENOSPC */
  write(file: FileInode, at: number, bytes: Uint8Array): void {
    const growth = Math.max(0, at + bytes.length - file.content.size);
    const fits = Math.max(0, Math.min(growth, this.capacity - this.#used));
    file.content.write(at, bytes.subarray(0, bytes.length - (growth - fits)));
    file.attributes = { ...file.attributes, mtime: this.now };
    if (file.nlink > 0) this.#used += fits;
    if (fits < growth) throw new Refusal("ENOSPC");
  }

  /** Flushes a file's content and attributes, or a folder's names and attributes. */
  flush(inode: Inode): void {
    inode.flushed = inode.attributes;
    if (inode.kind === "file") inode.flushedContent = inode.content.bytes.slice();
    if (inode.kind !== "dir") return;
    this.#flushNames(
      this.#pending.map((changes) => changes.some(({ folder }) => folder === inode)),
    );
  }

  /** Flushes all changes of names, as a file system does whose log is flushed with any file. */
  flushNames(): void {
    this.#flushNames(this.#pending.map(() => true));
  }

  /** Flushes all that lies on one file system. */
  flushAll(dev: number): void {
    const visit = (folder: FolderInode) => {
      for (const { inode } of folder.entries.values()) {
        if (inode.kind === "dir") visit(inode);
        if (inode.dev === dev) this.flush(inode);
      }
    };
    visit(this.root);
    if (this.root.dev === dev) this.flush(this.root);
  }

  /** Makes an empty folder the top of another file system. */
  mount(folder: Inode): void {
    if (folder.kind !== "dir") throw new Refusal("ENOTDIR");
    if (folder.entries.size > 0) throw new Refusal("EBUSY");
    folder.dev = ++this.#devices;
  }

  /** What was not flushed goes, but for the survivors. Nothing that was open or locked still is. */
  powerCut(survivors: Survivors): void {
    this.age++;
    this.locks = new Locks();
    this.#flushNames(survivors.names(this.#pending.length));
    this.#pending = [];
    this.#used = 0;
    const seen = new Set<Inode>();
    const restore = (inode: Inode) => {
      inode.nlink++;
      if (seen.has(inode)) return;
      seen.add(inode);
      inode.nlink = 1;
      if (inode.attributes !== inode.flushed && !survivors.attributes()) {
        inode.attributes = inode.flushed;
      }
      inode.flushed = inode.attributes;
      if (inode.kind === "file") this.#restoreContent(inode, survivors);
      if (inode.kind !== "dir") return;
      inode.entries = new Map(inode.flushedEntries);
      for (const { inode: below } of inode.entries.values()) {
        if (below.kind === "dir") below.parent = inode;
        restore(below);
      }
    };
    restore(this.root);
  }

  /** Another disk with the same on it, all flushed. */
  copy(): Disk {
    const copy = new Disk({ rules: this.rules, now: this.#now });
    const { capacity, maxLinks, flushesAll, sealedRoot } = this;
    Object.assign(copy, { capacity, maxLinks, flushesAll, sealedRoot });
    copy.#inodes = this.#inodes;
    copy.#devices = this.#devices;
    copy.#used = this.#used;
    const copies = new Map<Inode, Inode>();
    const fill = (from: FolderInode, to: FolderInode) => {
      Object.assign(to, { attributes: from.attributes, flushed: from.attributes, ino: from.ino });
      for (const [key, { name, inode }] of from.entries) {
        const known = copies.get(inode);
        const same = known ?? copyOf(inode);
        copies.set(inode, same);
        to.entries.set(key, { name, inode: same });
        if (known || inode.kind !== "dir" || same.kind !== "dir") continue;
        same.parent = to;
        fill(inode, same);
      }
      to.flushedEntries = new Map(to.entries);
    };
    fill(this.root, copy.root);
    return copy;
  }

  #folder(attributes: Attributes, dev: number): FolderInode {
    const entries: Entries = new Map();
    const common = this.#common(attributes, dev);
    const folder = { ...common, kind: "dir" as const, entries, flushedEntries: new Map() };
    return folder as unknown as FolderInode;
  }

  #common(attributes: Attributes, dev: number) {
    return {
      ino: this.#inodes++,
      dev,
      attributes,
      flushed: attributes,
      nlink: 0,
      immutable: false,
    };
  }

  #count(inode: Inode | null | undefined, by: number) {
    if (!inode) return;
    inode.nlink += by;
    if (inode.kind === "file" && inode.nlink === 0) this.#used -= inode.content.size;
    if (inode.kind === "file" && inode.nlink === 1 && by === 1) this.#used += inode.content.size;
  }

  #flushNames(chosen: readonly boolean[]) {
    const through = withPrerequisites(this.#pending, chosen, this.rules);
    this.#pending = this.#pending.filter((changes, n) => {
      if (!through[n]) return true;
      for (const { folder, name, inode } of changes) {
        const key = this.rules.key(name);
        if (inode === null) folder.flushedEntries.delete(key);
        else folder.flushedEntries.set(key, { name, inode });
      }
      return false;
    });
  }

  #restoreContent(file: FileInode, survivors: Survivors) {
    const { bytes } = file.content;
    const flushed = file.flushedContent;
    const same = bytes.length === flushed.length && bytes.every((byte, n) => byte === flushed[n]);
    const share = same ? 0 : survivors.content();
    if (share < 1) {
      const longer = bytes.slice(0, Math.max(flushed.length, Math.floor(bytes.length * share)));
      file.content.replace(share === 0 ? flushed : longer);
    }
    file.flushedContent = file.content.bytes.slice();
    this.#used += file.content.size;
  }
}

/** A change of a name reaches the disk with all earlier changes of the same name. */
function withPrerequisites(
  pending: readonly (readonly NameChange[])[],
  chosen: readonly boolean[],
  rules: Rules,
): boolean[] {
  const through = [...chosen];
  const needed = new Map<FolderInode, Set<string>>();
  for (let n = pending.length - 1; n >= 0; n--) {
    const keys = pending[n].map(({ folder, name }) => [folder, rules.key(name)] as const);
    if (!through[n] && !keys.some(([folder, key]) => needed.get(folder)?.has(key))) continue;
    through[n] = true;
    for (const [folder, key] of keys) {
      needed.set(folder, (needed.get(folder) ?? new Set()).add(key));
    }
  }
  return through;
}

function copyOf(inode: Inode): Inode {
  const common = { ...inode, flushed: inode.attributes };
  if (inode.kind === "file") {
    const { bytes } = inode.content;
    return { ...common, content: new Bytes(bytes), flushedContent: bytes.slice() } as FileInode;
  }
  if (inode.kind === "dir") {
    return { ...common, entries: new Map(), flushedEntries: new Map() } as unknown as FolderInode;
  }
  return common;
}
