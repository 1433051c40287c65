/** Takes an object, says whether it is still what its name says. */
import { shortHash } from "../digest.ts";
import type { ReadFs } from "../system/mod.ts";
import { ZEROES } from "./register.ts";
import { canonicalMode, FOLDER_MODE, MTIME } from "./form.ts";
import { type Layout, objectPath } from "./layout.ts";
import { hashTree } from "./nar.ts";
import { hashPart, type ObjectName } from "./names.ts";
import { readRecord } from "./record.ts";
import { HashScan } from "./scan.ts";

/** What a look at an object's entries shows, without reading contents. */
export interface Look {
  readonly entries: number;
  readonly executables: number;
  readonly bytes: number;
  /** Paths below the object ("" is itself) whose time or permissions somebody has changed. */
  readonly touched: readonly string[];
}

/** Looks at an object's entries; one `lstat` each. */
export function lookAt(fs: ReadFs, path: string): Look {
  const touched: string[] = [];
  let entries = 0, executables = 0, bytes = 0;
  const visit = (below: string) => {
    const info = fs.lstat(path + below);
    if (info === null) return;
    entries++;
    if (info.kind === "link") return;
    const mode = info.kind === "dir" ? FOLDER_MODE : canonicalMode(info.mode);
    if (info.mode !== mode || info.mtime !== MTIME) touched.push(below);
    if (info.kind === "file") {
      bytes += info.size;
      if (info.mode & 0o100) executables++;
    }
    if (info.kind === "dir") {
      for (const name of fs.readDir(path + below)) visit(`${below}/${name}`);
    }
  };
  visit("");
  return { entries, executables, bytes, touched };
}

/** Content hash of an object, its own hash counted as zeroes, and how often it names itself. */
export function hashObject(
  fs: ReadFs,
  layout: Layout,
  object: ObjectName,
): { digest: Uint8Array; self: number } {
  const own = { stem: object.slice(0, -33), from: hashPart(object), to: ZEROES };
  const scan = new HashScan([], [own]);
  const digest = hashTree(fs, objectPath(layout, object), scan);
  return { digest, self: scan.replaced };
}

/** Whether an object is intact: by its recorded sizes and times, and by its content where those do not fit. */
export function isIntact(fs: ReadFs, layout: Layout, object: ObjectName): boolean {
  const info = fs.lstat(objectPath(layout, object));
  if (info === null) return false;
  const record = readRecord(fs, layout, object);
  if (record !== null) {
    const look = lookAt(fs, objectPath(layout, object));
    const same = look.entries === record.entries && look.bytes === record.bytes &&
      look.executables === record.executables;
    if (same && look.touched.length === 0) return true;
  }
  const { digest, self } = hashObject(fs, layout, object);
  return shortHash(digest) === hashPart(object) && self === (record?.self ?? 0);
}
