/** Takes the ELF files of outputs, makes build-ids again that depend on where the build took place.
 *
 * A linker's build-id is a hash of the file that it made, and so of the output's scratch path where that is in the file
 * (a soname, an RPATH, a prefix that was compiled in). The path becomes the final one when the output becomes an object,
 * the build-id would not: equal contents would be unequal objects. The new one is a hash of the file as objects are
 * hashed, with zeroes for the outputs' hashes and for the build-id.
 *
 * Files with one build-id are a program and its debug information, or copies. They get one again; so do the names below
 * `.build-id/` by which debuggers find them, and the checksum of the link from one to the other. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import * as posix from "node:path/posix";
import { crc32 } from "node:zlib";
import { streamFile } from "../../store/copy.ts";
import { ZEROES } from "../../store/names.ts";
import { HashScan, type Replacement } from "../../store/scan.ts";
import type { FileInfo, FileSystem } from "../../system/mod.ts";
import { type DebugLink, debugLinkOf } from "./debug_link.ts";
import { BytesOfFile } from "../../system/bytes.ts";
import { renameBuildIds } from "./build_id_names.ts";
import type { Subject } from "./places.ts";

/** A file with a build-id. */
export interface Identified {
  readonly path: string;
  readonly info: FileInfo;
  readonly id: { readonly at: number; readonly bytes: Uint8Array };
}

/** One that names an output, or is called as one that does. */
interface Member extends Identified {
  readonly link: DebugLink | null;
}

/** Bytes to be put into a file at a place. */
interface Patch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

export function remakeBuildIds(
  fs: FileSystem,
  subject: Pick<Subject, "outputs" | "spare">,
  files: readonly Identified[],
): void {
  const own = Object.values(subject.outputs).map((path): Replacement => {
    const name = posix.basename(path);
    return { stem: name.slice(0, -33), from: name.slice(-32), to: ZEROES };
  });
  const groups = Map.groupBy(files, ({ id }) => Buffer.from(id.bytes).toString("hex"));
  const renamed = new Map<string, string>();
  for (const [old, called] of groups) {
    if (!called.some(({ path }) => namesOne(fs, path, own))) continue;
    const group = called.map((one): Member => ({ ...one, link: linkOf(fs, one) }));
    const id = idOf(fs, group, own);
    if (id === null) continue;
    const patches = new Map<string, Patch[]>(
      group.map((one) => [one.path, [{ at: one.id.at, bytes: id }]]),
    );
    // Many may mean one.
    const sums = new Map<string, number>();
    for (const { path, link } of group) {
      const target = link && targetOf(group, link);
      if (link === null || target === null) continue;
      const sum = sums.get(target.path) ??
        checksum(fs, target.path, own, patches.get(target.path)!);
      sums.set(target.path, sum);
      patches.get(path)!.push({ at: link.at, bytes: sumBytes(sum, link.little) });
    }
    for (const { path, info } of group) put(fs, path, info, patches.get(path)!, subject.spare());
    renamed.set(old, id.toString("hex"));
  }
  if (renamed.size > 0) renameBuildIds(fs, Object.values(subject.outputs), renamed);
}

/** Whether an output's hash is in a file. Finding out is several times as fast as hashing it. */
function namesOne(fs: FileSystem, path: string, own: readonly Replacement[]): boolean {
  const scan = new HashScan(own.map(({ from }) => from));
  streamFile(fs, path, () => {}, scan);
  return scan.found.size > 0;
}

function linkOf(fs: FileSystem, { path, info }: Identified): DebugLink | null {
  const handle = fs.openRead(path);
  try {
    return debugLinkOf(new BytesOfFile(handle, info.size));
  } finally {
    handle.close();
  }
}

/** The build-id of a group anew; null for one that is too long. */
function idOf(
  fs: FileSystem,
  group: readonly Member[],
  own: readonly Replacement[],
): Buffer | null {
  const digests = new Map<string, string>();
  for (const { path, info, id, link } of group) {
    const inode = `${info.dev}:${info.ino}`;
    if (digests.has(inode)) continue;
    const zeroed = [{ at: id.at, bytes: new Uint8Array(id.bytes.length) }];
    const linked = link !== null && targetOf(group, link) !== null;
    if (linked) zeroed.push({ at: link.at, bytes: new Uint8Array(4) });
    const hash = createHash("sha256");
    const sink = patching((bytes) => void hash.update(bytes), zeroed);
    streamFile(fs, path, sink, new HashScan([], own));
    digests.set(inode, hash.digest("hex"));
  }
  const text = [...new Set(digests.values())].sort().join("\n");
  // As long as the one that was there; none is longer than two of these.
  const whole = ["", "\n"].map((end) => createHash("sha256").update(text + end).digest());
  const { length } = group[0].id.bytes;
  return length > 64 ? null : Buffer.concat(whole).subarray(0, length);
}

/** The file of a group that a link means. */
function targetOf(group: readonly Member[], { name }: DebugLink): Member | null {
  return group.find(({ path, link }) => link === null && posix.basename(path) === name) ?? null;
}

/** Of the file as it will be; where it names an output, as objects are hashed, since the name is not known yet. */
function checksum(
  fs: FileSystem,
  path: string,
  own: readonly Replacement[],
  patches: readonly Patch[],
): number {
  let sum = 0;
  const sink = patching((bytes) => void (sum = crc32(bytes, sum)), patches);
  streamFile(fs, path, sink, new HashScan([], own));
  return sum;
}

function sumBytes(sum: number, little: boolean): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, sum, little);
  return bytes;
}

/** Writes a file anew: it may share its content with others by hard links. */
function put(
  fs: FileSystem,
  path: string,
  info: FileInfo,
  patches: readonly Patch[],
  spare: string,
): void {
  const folder = posix.dirname(path);
  const above = fs.lstat(folder);
  if (above !== null && (above.mode & 0o200) === 0) fs.chmod(folder, above.mode | 0o700);
  const target = fs.create(spare, info.mode);
  try {
    streamFile(fs, path, patching((bytes) => target.write(bytes), patches));
  } finally {
    target.close();
  }
  fs.rename(spare, path);
}

/** A sink that puts patches in before it hands on. */
function patching(
  sink: (bytes: Uint8Array) => void,
  patches: readonly Patch[],
): (bytes: Uint8Array) => void {
  let start = 0;
  return (bytes) => {
    for (const patch of patches) {
      const from = Math.max(start, patch.at);
      const to = Math.min(start + bytes.length, patch.at + patch.bytes.length);
      if (from < to) bytes.set(patch.bytes.subarray(from - patch.at, to - patch.at), from - start);
    }
    start += bytes.length;
    sink(bytes);
  };
}
