/** Takes content that the user has, makes it an object. */
import { shortHash } from "../digest.ts";
import { SysError } from "../errors.ts";
import { CopyingTree } from "./copy.ts";
import { canonicalMode, MTIME } from "./form.ts";
import { hashContent, hashTree } from "./nar.ts";
import { type ObjectName, objectName } from "./names.ts";
import type { StoreWriter } from "./store_writer.ts";
import { type ObjectRecord, writeRecord } from "./record.ts";
import { removeTree } from "./remove.ts";
import { discard, sparePath } from "./write_atomic.ts";
import { objectPath } from "./layout.ts";

/** The name that a file with this content would get. */
export function nameOfFile(name: string, content: Uint8Array, executable: boolean): ObjectName {
  return objectName(name, null, shortHash(hashContent(content, executable)));
}

/** Writes a file into the store: flushed to the disk, then named. */
export function addFile(
  writer: StoreWriter,
  object: ObjectName,
  content: Uint8Array,
  executable: boolean,
  references: readonly ObjectName[],
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
    const record = recordOfFile(object, content, executable, references);
    if (record.references.length > 0) writeRecord(fs, layout, object, record);
    fs.rename(spare, objectPath(layout, object));
  } catch (thrown) {
    discard(() => fs.remove(spare));
    throw thrown;
  }
}

/** What is recorded about a file. */
export function recordOfFile(
  object: ObjectName,
  content: Uint8Array,
  executable: boolean,
  references: readonly ObjectName[],
): ObjectRecord {
  const others = [...new Set(references)].filter((other) => other !== object).sort();
  const executables = executable ? 1 : 0;
  const bytes = content.length;
  return { version: 1, references: others, self: 0, entries: 1, executables, bytes };
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
    const { entries, executables, bytes } = copy;
    if (fs.lstat(spare)?.kind === "dir") {
      writeRecord(fs, layout, object, {
        version: 1,
        references: [],
        self: 0,
        entries,
        executables,
        bytes,
      });
    }
    writer.put(spare, object);
    return object;
  } catch (thrown) {
    discard(() => removeTree(fs, spare));
    throw thrown;
  }
}
