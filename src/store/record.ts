/** What is recorded about an object beside it, in `refs/<object>`.
 *
 *     { "version": 1, "references": ["zlib-1.3.1-…"], "self": 2, "entries": 12, "executables": 1, "bytes": 80123 }
 *
 * `references` are sorted and leave out the object itself; `self` counts the places where it names itself;
 * `entries` (files, links, folders), `executables` (files) and `bytes` (of the files) are its seal. A file or link of its own without
 * references has no record: there would be nothing in it, and a configuration has thousands of them. */
import { messageOf, SysError } from "../errors.ts";
import { FsError } from "../system/fs.ts";
import type { FileSystem, ReadFs } from "../system/mod.ts";
import type { Layout } from "./layout.ts";
import { isObjectName, type ObjectName } from "./names.ts";
import { writeAtomic } from "./write_atomic.ts";

export interface ObjectRecord {
  readonly version: 1;
  readonly references: readonly ObjectName[];
  readonly self: number;
  readonly entries: number;
  readonly executables: number;
  readonly bytes: number;
}

/** Reads the record of an object; null when it has none. @throws SysError of kind "store" when it is damaged */
export function readRecord(fs: ReadFs, layout: Layout, object: ObjectName): ObjectRecord | null {
  const path = `${layout.refs}/${object}`;
  const text = readIfThere(fs, path);
  if (text === null) return null;
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder().decode(text));
  } catch (thrown) {
    throw damaged(path, messageOf(thrown), thrown);
  }
  if (!isRecord(found)) throw damaged(path, "it is not the record of an object");
  return found;
}

/** Writes the record of an object, whole and flushed. */
export function writeRecord(
  fs: FileSystem,
  layout: Layout,
  object: ObjectName,
  record: ObjectRecord,
): void {
  writeAtomic(fs, layout, `${layout.refs}/${object}`, JSON.stringify(record), { flush: true });
}

/** Adds references to the record of an object that is there already: it may have been added by somebody who did
 * not know them. */
export function addReferences(
  fs: FileSystem,
  layout: Layout,
  object: ObjectName,
  wanted: ObjectRecord,
): void {
  const known = readRecord(fs, layout, object);
  const references = new Set([...known?.references ?? [], ...wanted.references]);
  if (references.size === (known?.references.length ?? 0)) return;
  writeRecord(fs, layout, object, { ...known ?? wanted, references: [...references].sort() });
}

function readIfThere(fs: ReadFs, path: string): Uint8Array | null {
  try {
    return fs.readFile(path);
  } catch (thrown) {
    if (thrown instanceof FsError && thrown.code === "ENOENT") return null;
    throw thrown;
  }
}

function isRecord(found: unknown): found is ObjectRecord {
  const record = found as ObjectRecord | null;
  return typeof record === "object" && record !== null && record.version === 1 &&
    Array.isArray(record.references) &&
    record.references.every((name) => typeof name === "string" && isObjectName(name)) &&
    [record.self, record.entries, record.executables, record.bytes].every((n) =>
      Number.isSafeInteger(n) && n >= 0
    );
}

function damaged(path: string, why: string, cause?: unknown): SysError {
  return new SysError("store", `Cannot read what is recorded about an object in ${path}: ${why}`, {
    hint: "`sys store verify --repair` makes it again",
    cause,
  });
}
