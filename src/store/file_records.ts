/** What is recorded about single files and links that refer to nothing, all of it in one file, `refs/.files`: a
 * configuration has thousands of these, and a file for each would cost as much as the object itself.
 *
 *     file 292 180 81235 vimrc-2l6ck1p3p4q8w0q2qdxk2j3qk0l5m8cz
 *
 * That is a seal (see `Entry`: kind, permissions, bytes, inode) and its object. Of several lines about an object the
 * last counts; one of kind `gone` says that nothing is recorded here any more. Lines are only added, each between two
 * newlines, so that what a kill or a full disk has left of one spoils no other; nothing is flushed but what is gone,
 * for what is lost is made again from the object (`remake.ts`). Who has the store to itself leaves out what is of no
 * more use. */
import { removeTree } from "./remove.ts";
import type { Entry } from "./entries.ts";
import { FsError } from "../system/fs.ts";
import type { FileSystem, ReadFs } from "../system/mod.ts";
import type { Layout } from "./layout.ts";
import type { ObjectName } from "./names.ts";
import { writeOwnFile } from "./writing.ts";

/** Its name below `refs/`. */
export const FILE_RECORDS = ".files";

const LINE = /^(file|link) (\d+) (\d+) (\d+) \S+$/;
const NEWLINE = 10;

/** The lines as they were when they were last looked at. They are kept as texts: a store may have very many. */
class FileRecords {
  readonly #path: string;
  readonly #lines = new Map<string, string>();
  #count = 0;
  #inode = -1;
  /** Bytes up to the end of the last whole line. */
  #end = 0;
  #size = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** The seal of an object; null where none is recorded here. */
  get(object: ObjectName): Entry | null {
    const [, kind, ...numbers] = LINE.exec(this.#lines.get(object) ?? "") ?? [];
    const [mode, size, inode] = numbers.map(Number);
    return kind === "file" || kind === "link" ? ["", kind, mode, size, inode] : null;
  }

  has(object: ObjectName): boolean {
    return LINE.test(this.#lines.get(object) ?? "");
  }

  /** The lines of those objects that a store has; null when there are no others. */
  only(there: (object: ObjectName) => boolean): string[] | null {
    const kept: string[] = [];
    for (const [object, line] of this.#lines) {
      if (LINE.test(line) && there(object as ObjectName)) kept.push(line);
    }
    return kept.length === this.#count ? null : kept;
  }

  /** Reads what was added since, or all when it is another file. */
  refresh(fs: ReadFs): this {
    const info = fs.lstat(this.#path);
    const here = info?.kind === "file" ? info : { ino: -1, size: 0 };
    if (here.ino !== this.#inode || here.size < this.#size) this.#forget();
    if (here.size !== this.#size) this.#add(readFrom(fs, this.#path, this.#end, here.size));
    this.#inode = here.ino;
    this.#size = here.size;
    return this;
  }

  #forget() {
    this.#lines.clear();
    this.#count = this.#end = this.#size = 0;
  }

  #add(bytes: Uint8Array) {
    const whole = bytes.lastIndexOf(NEWLINE) + 1;
    this.#end += whole;
    const text = new TextDecoder().decode(bytes.subarray(0, whole));
    // One after the other: a list of all would be as large as what is kept of them.
    for (let from = 0, to = 0; (to = text.indexOf("\n", from)) >= 0; from = to + 1) {
      if (to === from) continue;
      const line = text.slice(from, to);
      this.#count++;
      this.#lines.set(line.slice(line.lastIndexOf(" ") + 1), line);
    }
  }
}

const known = new WeakMap<ReadFs, Map<string, FileRecords>>();

/** What is recorded in a store about files, as of now. */
export function fileRecords(fs: ReadFs, layout: Layout): FileRecords {
  let stores = known.get(fs);
  if (stores === undefined) known.set(fs, stores = new Map());
  const path = pathOf(layout);
  let records = stores.get(path);
  if (records === undefined) stores.set(path, records = new FileRecords(path));
  return records.refresh(fs);
}

/** Records the seals of objects; null: nothing is recorded here from now on, also after a power cut. */
export function addFileRecords(
  fs: FileSystem,
  layout: Layout,
  seals: readonly (readonly [object: ObjectName, seal: Entry | null])[],
): void {
  if (seals.length === 0) return;
  const lines = seals.map(([object, seal]) => {
    const [, kind, mode, size, inode] = seal ?? ["", "gone", 0, 0, 0];
    return `\n${kind} ${mode} ${size} ${inode} ${object}\n`;
  });
  const path = pathOf(layout);
  if (fs.lstat(path)?.kind !== "file") makeFile(fs, path);
  const file = fs.append(path, 0o644);
  try {
    file.write(new TextEncoder().encode(lines.join("")));
    if (seals.some(([, seal]) => seal === null)) file.sync();
  } finally {
    file.close();
  }
}

/** Leaves out what is recorded about objects that are gone. Call it with the exclusive lock held. */
export function pruneFileRecords(
  fs: FileSystem,
  layout: Layout,
  there: (object: ObjectName) => boolean,
): void {
  const kept = fileRecords(fs, layout).only(there);
  if (kept === null) return;
  const text = kept.map((line) => `${line}\n`).join("");
  writeOwnFile(fs, layout, pathOf(layout), { text, flush: true });
}

/** A folder or a link there goes: none belongs there, or is anybody's. */
function makeFile(fs: FileSystem, path: string) {
  if (fs.lstat(path) !== null) removeTree(fs, path);
  try {
    fs.create(path, 0o644).close();
  } catch (thrown) {
    // Another process may have been faster.
    if (!(thrown instanceof FsError && thrown.code === "EEXIST")) throw thrown;
  }
}

/** What a file has from one byte to another; less, or nothing, when it is no longer that file. */
function readFrom(fs: ReadFs, path: string, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(to - from);
  let count = 0;
  try {
    const file = fs.openRead(path);
    try {
      file.seek(from);
      for (let more = 1; more > 0 && count < bytes.length; count += more) {
        more = file.read(bytes.subarray(count));
      }
    } finally {
      file.close();
    }
  } catch (thrown) {
    const gone = thrown instanceof FsError && ["ENOENT", "EISDIR", "ELOOP"].includes(thrown.code);
    if (!gone) throw thrown;
  }
  return bytes.subarray(0, count);
}

function pathOf(layout: Layout): string {
  return `${layout.refs}/${FILE_RECORDS}`;
}
