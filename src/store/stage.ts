/** Takes content that the user has, writes it beside the objects, in the form that it is to have as one. */
import { shortHash } from "../digest.ts";
import { SysError } from "../errors.ts";
import { CopyingTree } from "./copy.ts";
import { sealOf } from "./entries.ts";
import { canonicalMode, MTIME, privateMode } from "./form.ts";
import { type Form, refuseOther } from "./identity.ts";
import { hashContent, hashTree } from "./nar.ts";
import { type ObjectName, objectName } from "./names.ts";
import { hashWithPrivacy, isPrivate, PrivacyView, privateIn } from "./privacy.ts";
import { type ObjectRecord, readIdentity } from "./record.ts";
import { removeTree } from "./remove.ts";
import type { StoreWriter } from "./store_writer.ts";
import type { FileInfo, ReadFs } from "../system/mod.ts";
import { discard } from "../system/write_atomic.ts";
import { sparePath } from "./writing.ts";

/** What is written, and has no name yet. */
export interface Staged {
  readonly object: ObjectName;
  readonly spare: string;
  readonly record: ObjectRecord;
  /** What a folder's mode is to be. */
  readonly folderMode?: number;
}

/** How something is written. */
export interface Staging {
  /** Whether an object is here, or is about to be. */
  has(object: ObjectName): boolean;
  /** A single file is flushed. */
  readonly flush: boolean;
}

/** How a tree is stored. */
export interface TreeOptions {
  /** Short hash of its NAR, where that is known. It has to be the right one. */
  readonly expected?: string;
  /** All of it is for its owner alone, whatever its permissions. */
  readonly isPrivate?: boolean;
  /** How it was found, where that was looked at already. */
  readonly info?: FileInfo;
}

/** A file, link or folder that is to be stored. */
export interface NewTree extends TreeOptions {
  readonly name: string;
  readonly path: string;
}

/** A file that is to be stored. */
export interface NewFile {
  readonly content: Uint8Array;
  readonly executable: boolean;
  readonly isPrivate: boolean;
  readonly references: readonly ObjectName[];
  readonly form: Form;
}

/** What the user has is stored as it is. */
const AS_IT_IS: Form = { kind: "free", self: 0, places: 0 };

/** Bytes of a file up to which it is read whole. */
const SMALL = 1 << 20;

/** The name that what lies at a path would get. */
export function nameOfTree(
  fs: ReadFs,
  name: string,
  path: string,
  { expected, isPrivate: whole = false, info }: TreeOptions,
): ObjectName {
  if (expected !== undefined) {
    const hidden = info?.kind === "file"
      ? (whole || isPrivate(info) ? [""] : [])
      : privateIn(fs, path, whole);
    return objectName(name, null, hashWithPrivacy(expected, hidden));
  }
  const view = new PrivacyView(fs, path, whole);
  const hash = shortHash(hashTree(view, path));
  return objectName(name, null, hashWithPrivacy(hash, view.found));
}

/** Writes a file. */
export function stageFile(
  { fs, layout }: StoreWriter,
  object: ObjectName,
  { content, executable, isPrivate, references, form }: NewFile,
  flush: boolean,
): Staged {
  const spare = sparePath(layout);
  const handle = fs.create(spare, modeOf(executable, isPrivate));
  try {
    try {
      handle.write(content);
      handle.utime(MTIME);
      if (flush) handle.sync();
    } finally {
      handle.close();
    }
    return { object, spare, record: { ...form, references, entries: sealOf(fs, spare) } };
  } catch (thrown) {
    discard(() => fs.remove(spare));
    throw thrown;
  }
}

/**
 * Copies a file, link or folder; gives its name where it is here already. The files of a folder are not flushed one by
 * one, since that costs more than copying them: after a power failure the seal in the record, which is flushed,
 * tells a folder that did not reach the disk. Its content is free, whatever is in it (see `identity.ts`).
 */
export function stageTree(
  writer: StoreWriter,
  tree: NewTree,
  staging: Staging,
): Staged | ObjectName {
  const info = tree.info ?? writer.fs.lstat(tree.path);
  return info?.kind === "file" && info.size <= SMALL
    ? stageSmall(writer, tree, info, staging)
    : stageCopy(writer, tree, staging);
}

/** A small file is read once, so what is hashed is what is written. */
function stageSmall(
  writer: StoreWriter,
  { name, path, expected, isPrivate: whole = false }: NewTree,
  info: FileInfo,
  { has, flush }: Staging,
): Staged | ObjectName {
  const hidden = whole || isPrivate(info);
  const nameFor = (hash: string) =>
    objectName(name, null, hashWithPrivacy(hash, hidden ? [""] : []));
  if (expected !== undefined && has(nameFor(expected))) return there(writer, nameFor(expected));
  const executable = (info.mode & 0o100) !== 0;
  const content = writer.fs.readFile(path);
  const hash = shortHash(hashContent(content, executable));
  if (expected !== undefined && hash !== expected) throw changed(path);
  const object = nameFor(hash);
  if (expected === undefined && has(object)) return there(writer, object);
  const file = { content, executable, isPrivate: hidden, references: [], form: AS_IT_IS };
  return stageFile(writer, object, file, flush);
}

function stageCopy(
  writer: StoreWriter,
  { name, path, expected, isPrivate }: NewTree,
  { has, flush }: Staging,
): Staged | ObjectName {
  const { fs, layout } = writer;
  const known = nameOfTree(fs, name, path, { expected, isPrivate });
  if (has(known)) return there(writer, known);
  const spare = sparePath(layout);
  const copy = new CopyingTree(fs, path, spare, { whole: isPrivate, flush });
  try {
    const hash = shortHash(hashTree(copy, path));
    if (expected !== undefined && hash !== expected) throw changed(path);
    const object = objectName(name, null, hashWithPrivacy(hash, copy.privatePaths));
    copy.close();
    const { folderMode } = copy;
    const entries = sealOf(fs, spare, folderMode);
    const isFolder = entries[0][1] === "dir";
    const record = { ...AS_IT_IS, references: [], entries };
    return { object, spare, record, ...(isFolder ? { folderMode } : {}) };
  } catch (thrown) {
    discard(() => removeTree(fs, spare));
    throw thrown;
  }
}

function there({ fs, layout }: StoreWriter, object: ObjectName): ObjectName {
  refuseOther(object, AS_IT_IS, readIdentity(fs, layout, object));
  return object;
}

function changed(path: string): SysError {
  return new SysError("store", `Cannot copy ${path} into the store: it was changed meanwhile`, {
    hint: "run the command again when nothing writes to it",
  });
}

function modeOf(executable: boolean, isPrivate: boolean): number {
  const mode = canonicalMode(executable ? 0o100 : 0);
  return isPrivate ? privateMode(mode) : mode;
}
