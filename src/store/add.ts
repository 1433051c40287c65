/** Takes content that the user has, makes it an object. */
import { shortHash } from "../digest.ts";
import { SysError } from "../errors.ts";
import { sealOf } from "./entries.ts";
import { CopyingTree } from "./copy.ts";
import { canonicalMode, MTIME } from "./form.ts";
import { hashContent, hashTree } from "./nar.ts";
import { type ObjectName, objectName } from "./names.ts";
import type { StoreWriter } from "./store_writer.ts";
import { writeRecord } from "./record.ts";
import { removeTree } from "./remove.ts";
import { discard, sparePath } from "./write_atomic.ts";

/** A file that is to be stored. */
export interface NewFile {
  readonly content: Uint8Array;
  readonly executable: boolean;
  readonly references: readonly ObjectName[];
}

/** The name that a file with this content would get. */
export function nameOfFile(name: string, content: Uint8Array, executable: boolean): ObjectName {
  return objectName(name, null, shortHash(hashContent(content, executable)));
}

/** Writes a file into the store: flushed to the disk, then named. */
export function addFile(
  writer: StoreWriter,
  object: ObjectName,
  { content, executable, references }: NewFile,
): void {
  const { fs, layout } = writer;
  writer.prepare();
  const spare = sparePath(layout);
  const mode = canonicalMode(executable ? 0o100 : 0);
  const handle = fs.create(spare, mode);
  try {
    try {
      handle.write(content);
      fs.chmod(spare, mode);
      fs.utime(spare, MTIME);
      handle.sync();
    } finally {
      handle.close();
    }
    writeRecord(fs, layout, object, { references, self: 0, entries: sealOf(fs, spare) });
    writer.put(spare, object);
  } catch (thrown) {
    discard(() => fs.remove(spare));
    throw thrown;
  }
}

/**
 * Copies a file, link or folder into the store, unless it is there. The files of a folder are not flushed one by
 * one, since that costs more than copying them: after a power failure the seal in the record, which is flushed,
 * tells a folder that did not reach the disk.
 */
export function addTree(
  writer: StoreWriter,
  name: string,
  path: string,
  expected: string | undefined,
  has: (object: ObjectName) => boolean,
): ObjectName {
  const { fs, layout } = writer;
  const known = objectName(name, null, expected ?? shortHash(hashTree(fs, path)));
  if (has(known)) return known;
  writer.prepare();
  const spare = sparePath(layout);
  const copy = new CopyingTree(fs, path, spare);
  try {
    const hash = shortHash(hashTree(copy, path));
    if (expected !== undefined && hash !== expected) {
      throw new SysError("store", `Cannot copy ${path} into the store: it was changed meanwhile`, {
        hint: "run the command again when nothing writes to it",
      });
    }
    const object = objectName(name, null, hash);
    copy.close();
    writeRecord(fs, layout, object, { references: [], self: 0, entries: sealOf(fs, spare) });
    writer.put(spare, object);
    return object;
  } catch (thrown) {
    discard(() => removeTree(fs, spare));
    throw thrown;
  }
}
