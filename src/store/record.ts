/** What is recorded about an object beside it, in `refs/<object>`, or in `refs/.files` where it is but a file or link
 * that refers to nothing (`file_records.ts`): two lines of JSON.
 *
 *     { "version": 2, "kind": "movable", "references": ["zlib-1.3.1-…"], "self": 2, "places": 3, "check": "…" }
 *     [["", "dir", 365, 0, 81233], ["/bin", "dir", 365, 0, 81234], ["/bin/run", "file", 365, 512, 81235]]
 *
 * `references` are names, never paths; they are sorted and leave out the object itself. `kind`, `self` and `places`
 * are told in `identity.ts`. A record whose `check` does not fit the others counts as lost. The second line is its seal: see `Entry`. It is a line of its own because gc reads all records, and needs no seals.
 *
 * A record is on disk before its object has its name. That of a single entry without references is not flushed: what
 * a power cut takes is made again from the object (`remake.ts`). */
import type { FileSystem, ReadFs } from "../system/mod.ts";
import { FsError } from "../system/fs.ts";
import type { Entry } from "./entries.ts";
import type { Form } from "./identity.ts";
import { checkText } from "./check_text.ts";
import { addFileRecords, fileRecords } from "./file_records.ts";
import type { Layout } from "./layout.ts";
import { isObjectName, type ObjectName } from "./names.ts";
import { writeOwnFile } from "./writing.ts";

/** What an object is like: all but its seal. */
export interface Identity extends Form {
  readonly references: readonly ObjectName[];
}

export interface ObjectRecord extends Identity {
  readonly entries: readonly Entry[];
}

const NEWLINE = 10;
const FIRST_ENTRY = /^\[\["","(?:file|dir|link)",\d+,\d+,(\d+)\]/;

/** What is the same of all files and links that are recorded in one file. */
const PLAIN: Identity = { kind: "free", references: [], self: 0, places: 0 };

/** Reads the record of an object; null when it has none that can be read. */
export function readRecord(fs: ReadFs, layout: Layout, object: ObjectName): ObjectRecord | null {
  return recordReader(fs, layout)(object);
}

/** Reads the records of many objects: what is recorded in one file as it is at the beginning. */
export function recordReader(
  fs: ReadFs,
  layout: Layout,
): (object: ObjectName) => ObjectRecord | null {
  const files = fileRecords(fs, layout);
  return (object) => {
    const seal = files.get(object);
    return seal === null ? readWhole(fs, layout, object) : { ...PLAIN, entries: [seal] };
  };
}

function readWhole(fs: ReadFs, layout: Layout, object: ObjectName): ObjectRecord | null {
  const lines = textOf(bytesOf(fs, layout, object)).split("\n", 2);
  const identity = identityIn(object, lines[0]);
  const entries = parse(lines[1]);
  return identity !== null && areEntries(entries) ? { ...identity, entries } : null;
}

/** The same without the seal, which may be long. */
export function readIdentity(fs: ReadFs, layout: Layout, object: ObjectName): Identity | null {
  if (fileRecords(fs, layout).has(object)) return PLAIN;
  const bytes = bytesOf(fs, layout, object);
  const end = bytes.indexOf(NEWLINE);
  return identityIn(object, textOf(end < 0 ? bytes : bytes.subarray(0, end)));
}

/** The inode of an object as it was sealed, without reading the rest of its seal; null where that is not known. */
export function sealedInode(fs: ReadFs, layout: Layout, object: ObjectName): number | null {
  const seal = fileRecords(fs, layout).get(object);
  if (seal !== null) return seal[4];
  const bytes = bytesOf(fs, layout, object);
  const start = bytes.indexOf(NEWLINE) + 1;
  const [, inode] = FIRST_ENTRY.exec(textOf(bytes.subarray(start, start + 80))) ?? [];
  return inode === undefined ? null : Number(inode);
}

/** Writes the record of an object, whole. */
export function writeRecord(
  fs: FileSystem,
  layout: Layout,
  object: ObjectName,
  record: ObjectRecord,
): void {
  writeRecords(fs, layout, [{ object, record }], true);
}

/** The same of several objects. @param flush false where the caller flushes before the objects get their names */
export function writeRecords(
  fs: FileSystem,
  layout: Layout,
  all: readonly { readonly object: ObjectName; readonly record: ObjectRecord }[],
  flush: boolean,
): void {
  const plain = all.filter(({ record }) => isPlain(record));
  addFileRecords(fs, layout, plain.map(({ object, record }) => [object, record.entries[0]]));
  for (const { object, record } of all) {
    if (!isPlain(record)) writeWhole(fs, layout, object, record, flush);
  }
}

function writeWhole(
  fs: FileSystem,
  layout: Layout,
  object: ObjectName,
  record: ObjectRecord,
  mayFlush: boolean,
): void {
  const { kind, references, self, places, entries } = record;
  // That is gone first: it would say of an object that refers to others that it refers to none.
  if (fileRecords(fs, layout).has(object)) addFileRecords(fs, layout, [[object, null]]);
  const check = checkOf(object, record);
  const identity = JSON.stringify({ version: 2, kind, references, self, places, check });
  const text = `${identity}\n${JSON.stringify(entries)}\n`;
  const flush = mayFlush && (references.length > 0 || entries.length > 1);
  writeOwnFile(fs, layout, `${layout.refs}/${object}`, { text, flush });
}

/** Adds references to the record of an object that is there already: it may have been added by somebody who did
 * not know them. */
export function addReferences(
  fs: FileSystem,
  layout: Layout,
  object: ObjectName,
  wanted: readonly ObjectName[],
): void {
  const known = readRecord(fs, layout, object);
  const references = new Set([...known?.references ?? [], ...wanted]);
  if (known === null || references.size === known.references.length) return;
  writeRecord(fs, layout, object, { ...known, references: [...references].sort() });
}

function isPlain({ kind, references, self, places, entries }: ObjectRecord): boolean {
  return kind === "free" && references.length + self + places === 0 &&
    entries.length === 1 && entries[0][1] !== "dir";
}

/** Nothing where there is no record. */
function bytesOf(fs: ReadFs, layout: Layout, object: ObjectName): Uint8Array {
  try {
    return fs.readFile(`${layout.refs}/${object}`);
  } catch (thrown) {
    const none = thrown instanceof FsError && ["ENOENT", "EISDIR", "ELOOP"].includes(thrown.code);
    if (none) return new Uint8Array();
    throw thrown;
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function identityIn(object: ObjectName, line: string | undefined): Identity | null {
  const found = parse(line) as (Identity & { version: unknown; check?: unknown }) | null;
  const right = typeof found === "object" && found !== null && found.version === 2 &&
    Array.isArray(found.references) &&
    found.references.every((name) => typeof name === "string" && isObjectName(name)) &&
    ["free", "movable", "bound"].includes(found.kind) &&
    isCount(found.self) && isCount(found.places);
  // Earlier versions wrote none.
  const fits = right && (found.check === undefined || found.check === checkOf(object, found));
  if (!fits) return null;
  const { kind, references, self, places } = found;
  return { kind, references, self, places };
}

function checkOf(object: ObjectName, { kind, references, self, places }: Identity): string {
  return checkText(object, JSON.stringify([kind, references, self, places]));
}

function areEntries(found: unknown): found is Entry[] {
  return Array.isArray(found) && found.length > 0 &&
    found.every((entry) =>
      Array.isArray(entry) && entry.length === 5 && typeof entry[0] === "string" &&
      ["file", "dir", "link"].includes(entry[1]) && entry.slice(2).every(isCount)
    );
}

function isCount(found: unknown): found is number {
  return Number.isSafeInteger(found) && (found as number) >= 0;
}

/** Null for what is no JSON. */
function parse(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? "");
  } catch {
    return null;
  }
}
