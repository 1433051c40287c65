/** Takes a folder or file, gives what the programs, libraries and scripts in it are, by their first bytes. */
import { join } from "node:path/posix";
import type { ReadFs } from "../system/mod.ts";

/** What a file is to those who finish a build. */
export interface TypedFile {
  /** Below the folder; "" for the file itself. */
  readonly path: string;
  /** `binary`: a program or shared library; `object` and `archive`: what is yet to be linked. */
  readonly type: "binary" | "object" | "archive" | "script";
  readonly executable: boolean;
  /** Of a script: its first line without `#!`, blanks and all. */
  readonly interpreter?: string;
}

type Type = Omit<TypedFile, "path" | "executable">;

/** The longest first line that a system reads. */
const BEGINNING = 512;
/** File types in the header of Mach-O: MH_OBJECT; MH_EXECUTE, MH_DYLIB and MH_BUNDLE. */
const MACH_OBJECT = 1, MACH_LINKED = [2, 6, 8];
const MACH_MAGICS = [0xfeedface, 0xfeedfacf], FAT_MAGIC = 0xcafebabe;
const ET_REL = 1, ET_LINKED = [2, 3];

/** Those that have a type, in the order of their paths. Links are not followed. */
export function fileTypes(fs: ReadFs, root: string): TypedFile[] {
  const found: TypedFile[] = [];
  const walk = (path: string) => {
    const full = path === "" ? root : join(root, path);
    const info = fs.lstat(full);
    if (info?.kind === "dir") {
      for (const name of fs.readDir(full)) walk(path === "" ? name : `${path}/${name}`);
    } else if (info?.kind === "file") {
      const type = typeOf(beginning(fs, full));
      if (type !== null) found.push({ path, executable: (info.mode & 0o111) !== 0, ...type });
    }
  };
  walk("");
  return found;
}

function beginning(fs: ReadFs, path: string): Uint8Array {
  const file = fs.openRead(path);
  try {
    const buffer = new Uint8Array(BEGINNING);
    let size = 0;
    for (let read = -1; read !== 0 && size < BEGINNING; size += read) {
      read = file.read(buffer.subarray(size));
    }
    return buffer.subarray(0, size);
  } finally {
    file.close();
  }
}

function typeOf(bytes: Uint8Array): Type | null {
  if (bytes[0] === 0x23 && bytes[1] === 0x21) return script(bytes);
  if (bytes.length < 20) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 8));
  if (start === "!<arch>\n") return { type: "archive" };
  if (start.startsWith("\x7fELF")) {
    const type = view.getUint16(16, bytes[5] === 1);
    return type === ET_REL
      ? { type: "object" }
      : ET_LINKED.includes(type)
      ? { type: "binary" }
      : null;
  }
  // A class file of Java starts like a fat binary, which has few parts.
  if (view.getUint32(0) === FAT_MAGIC) return view.getUint32(4) < 20 ? { type: "binary" } : null;
  const little = MACH_MAGICS.includes(view.getUint32(0, true));
  if (!little && !MACH_MAGICS.includes(view.getUint32(0))) return null;
  const type = view.getUint32(12, little);
  return type === MACH_OBJECT
    ? { type: "object" }
    : MACH_LINKED.includes(type)
    ? { type: "binary" }
    : null;
}

function script(bytes: Uint8Array): Type | null {
  const end = bytes.indexOf(0x0a);
  const line = bytes.subarray(2, end < 0 ? bytes.length : end);
  try {
    return {
      type: "script",
      interpreter: new TextDecoder("utf-8", { fatal: true }).decode(line),
    };
  } catch {
    // No interpreter has such a name.
    return null;
  }
}
