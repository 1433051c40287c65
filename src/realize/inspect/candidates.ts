/** Takes the outputs of a build, gives the files in them that may be programs, libraries or archives: those that can be
 * run, and those with such a name. The first bytes of all others are not looked at: that would take longer than all
 * the rest of the inspection. */
import type { FileHandle, FileInfo, ReadFs } from "../../system/mod.ts";
import type { Listing } from "../unseen.ts";

/** What a file is by its first bytes. */
export type Format = "elf" | "mach-o" | "gzip" | "zip";

export interface Candidate {
  readonly path: string;
  readonly info: FileInfo;
  readonly format: Format;
}

/** Whether it holds what was compressed. */
export function isArchive({ format }: Candidate): boolean {
  return format === "gzip" || format === "zip";
}

const NAMES =
  /\.(so(\.[^/]*)?|dylib|bundle|node|cmxs|debug|[a-z]*gz|zip|[jwe]ar|whl|egg|xpi|apk)$/i;

/** Numbers that a Mach-O file begins with, in either order. */
const MACH_O = new Set([
  0xfeedface,
  0xfeedfacf,
  0xcefaedfe,
  0xcffaedfe,
  0xcafebabe,
  0xcafebabf,
]);

/** `listing`: what is known of the folders among the outputs; null where nothing is. */
export function candidatesIn(
  fs: ReadFs,
  outputs: readonly string[],
  listing: Listing | null,
): Candidate[] {
  const found: Candidate[] = [];
  const add = (path: string, info: FileInfo | null) => {
    const format = info?.kind === "file" && info.size >= 18 ? formatOf(fs, path) : null;
    if (info !== null && format !== null) found.push({ path, info, format });
  };
  for (const path of listing?.paths ?? []) {
    if (listing!.executables.has(path) || NAMES.test(path)) add(path, fs.lstat(path));
  }
  for (const output of outputs) {
    const info = fs.lstat(output);
    if (info?.kind === "file") add(output, info);
    if (info?.kind === "dir" && listing === null) walk(fs, output, add);
  }
  return found.sort((a, b) => a.path < b.path ? -1 : 1);
}

function walk(fs: ReadFs, folder: string, add: (path: string, info: FileInfo) => void): void {
  for (const name of fs.readDir(folder)) {
    const path = `${folder}/${name}`;
    const info = fs.lstat(path);
    if (info?.kind === "dir") walk(fs, path, add);
    else if (info !== null && ((info.mode & 0o100) !== 0 || NAMES.test(path))) add(path, info);
  }
}

/** Null for what is none of these, or can't be read. */
function formatOf(fs: ReadFs, path: string): Format | null {
  const head = new Uint8Array(4);
  let file: FileHandle;
  try {
    file = fs.openRead(path);
  } catch {
    return null;
  }
  try {
    if (file.read(head) < 4) return null;
  } finally {
    file.close();
  }
  const number = new DataView(head.buffer).getUint32(0);
  if (number === 0x7f454c46) return "elf";
  if (MACH_O.has(number)) return "mach-o";
  if (number >>> 8 === 0x1f8b08) return "gzip";
  return number === 0x504b0304 ? "zip" : null;
}
