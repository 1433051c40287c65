/** Takes content that the user has, makes it an object. */
import { shortHash } from "../digest.ts";
import { SysError } from "../errors.ts";
import { sealOf } from "./entries.ts";
import { CopyingTree } from "./copy.ts";
import { canonicalMode, MTIME, privateMode } from "./form.ts";
import { type Form, refuseOther } from "./identity.ts";
import { hashTree } from "./nar.ts";
import { type ObjectName, objectName } from "./names.ts";
import type { StoreWriter } from "./store_writer.ts";
import { readIdentity, writeRecord } from "./record.ts";
import { hashWithPrivacy, PrivacyView, privateIn } from "./privacy.ts";
import { removeTree } from "./remove.ts";
import type { ReadFs } from "../system/mod.ts";
import { discard } from "../system/write_atomic.ts";
import { sparePath } from "./writing.ts";

/** How a tree is stored. */
export interface TreeOptions {
  /** Short hash of its NAR, where that is known. It has to be the right one. */
  readonly expected?: string;
  /** All of it is for its owner alone, whatever its permissions. */
  readonly isPrivate?: boolean;
}

/** The name that what lies at a path would get. */
export function nameOfTree(
  fs: ReadFs,
  name: string,
  path: string,
  { expected, isPrivate }: TreeOptions,
): ObjectName {
  if (expected !== undefined) {
    return objectName(name, null, hashWithPrivacy(expected, privateIn(fs, path, isPrivate)));
  }
  const view = new PrivacyView(fs, path, isPrivate);
  const hash = shortHash(hashTree(view, path));
  return objectName(name, null, hashWithPrivacy(hash, view.found));
}

/** What the user has is stored as it is. */
const AS_IT_IS: Form = { kind: "free", self: 0, places: 0 };

/** A file that is to be stored. */
export interface NewFile {
  readonly content: Uint8Array;
  readonly executable: boolean;
  readonly isPrivate: boolean;
  readonly references: readonly ObjectName[];
  readonly form: Form;
}

/** Writes a file into the store: flushed to the disk, then named. */
export function addFile(
  writer: StoreWriter,
  object: ObjectName,
  { content, executable, isPrivate, references, form }: NewFile,
): void {
  const { fs, layout } = writer;
  writer.prepare();
  const spare = sparePath(layout);
  const handle = fs.create(spare, modeOf(executable, isPrivate));
  try {
    try {
      handle.write(content);
      handle.utime(MTIME);
      handle.sync();
    } finally {
      handle.close();
    }
    writeRecord(fs, layout, object, { ...form, references, entries: sealOf(fs, spare) });
    writer.putFile(spare, object);
  } catch (thrown) {
    discard(() => fs.remove(spare));
    throw thrown;
  }
}

/**
 * Copies a file, link or folder into the store, unless it is there. The files of a folder are not flushed one by
 * one, since that costs more than copying them: after a power failure the seal in the record, which is flushed,
 * tells a folder that did not reach the disk. Its content is free, whatever is in it (see `identity.ts`).
 */
export function addTree(
  writer: StoreWriter,
  name: string,
  path: string,
  { expected, isPrivate }: TreeOptions = {},
): ObjectName {
  const { fs, layout } = writer;
  const known = nameOfTree(fs, name, path, { expected, isPrivate });
  if (writer.has(known)) {
    refuseOther(known, AS_IT_IS, readIdentity(fs, layout, known));
    return known;
  }
  writer.prepare();
  const spare = sparePath(layout);
  const copy = new CopyingTree(fs, path, spare, isPrivate);
  try {
    const hash = shortHash(hashTree(copy, path));
    if (expected !== undefined && hash !== expected) {
      throw new SysError("store", `Cannot copy ${path} into the store: it was changed meanwhile`, {
        hint: "run the command again when nothing writes to it",
      });
    }
    const object = objectName(name, null, hashWithPrivacy(hash, copy.privatePaths));
    copy.close();
    const entries = sealOf(fs, spare, copy.folderMode);
    writeRecord(fs, layout, object, { ...AS_IT_IS, references: [], entries });
    writer.put(spare, object, copy.folderMode);
    return object;
  } catch (thrown) {
    discard(() => removeTree(fs, spare));
    throw thrown;
  }
}

function modeOf(executable: boolean, isPrivate: boolean): number {
  const mode = canonicalMode(executable ? 0o100 : 0);
  return isPrivate ? privateMode(mode) : mode;
}
