/** Takes the outputs of a build, gives the programs, libraries and archives in them.
 *
 * Reading the first bytes of every file would take a fifth of what storing it takes. So names decide first: those of
 * libraries and archives are looked at, those of sources, texts and pictures are not, and others where they can be run. */
import type { FileHandle, FileInfo, ReadFs } from "../../system/mod.ts";

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

/** What names of libraries and archives end with. */
const LOOKED_AT = words(
  "dylib bundle node cmxs eln debug gz tgz svgz taz crate zip jar war ear aar whl egg xpi apk vsix nupkg",
);
/** What names of other things end with, whatever their permissions. */
const PASSED_OVER = words(
  "a c cc class cmake cpp css csv cxx el elc go h hh hpp hs html htm hxx ini java jpg js json la lua m4 map md mjs " +
    "ml mli mo o pc php pl pm png po pod py pyc pyi rb rs rst s sh sql svg tcl tex texi toml ts txt xml yaml yml",
);

/** Bytes; what is shorter is none. */
const SMALLEST = 18;

/** Numbers that a Mach-O file begins with, in either order. */
const MACH_O = new Set([
  0xfeedface,
  0xfeedfacf,
  0xcefaedfe,
  0xcffaedfe,
  0xcafebabe,
  0xcafebabf,
]);

/** `paths`: all that is in the folders among the outputs; null where that is not known. */
export function candidatesIn(
  fs: ReadFs,
  outputs: readonly string[],
  paths: readonly string[] | null,
): Candidate[] {
  const found: Candidate[] = [];
  const look = (path: string, named: boolean) => {
    const info = fs.lstat(path);
    if (info?.kind !== "file" || info.size < SMALLEST || (!named && !(info.mode & 0o111))) return;
    const format = formatOf(fs, path);
    if (format !== null) found.push({ path, info, format });
  };
  for (const path of paths ?? outputs.flatMap((output) => [...pathsBelow(fs, output)])) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    // A program may be called `lua` or `go`: that is no ending.
    const ending = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : "";
    if (LOOKED_AT.has(ending) || name.includes(".so")) look(path, true);
    else if (!PASSED_OVER.has(ending)) look(path, false);
  }
  // One that is no folder is called as nobody chose.
  for (const output of outputs) look(output, true);
  return found.sort((a, b) => a.path < b.path ? -1 : 1);
}

function* pathsBelow(fs: ReadFs, folder: string): Generator<string> {
  if (fs.lstat(folder)?.kind !== "dir") return;
  for (const name of fs.readDir(folder)) {
    yield `${folder}/${name}`;
    yield* pathsBelow(fs, `${folder}/${name}`);
  }
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
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
