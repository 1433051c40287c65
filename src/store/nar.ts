/** Takes a file, link or folder, gives its NAR serialization: the bytes that `nix-store --dump` writes.
 *
 * The format (Eelco Dolstra's thesis, figure 5.2; "Nix Archive" in the Nix manual): every token is a text,
 * written as its length (64 bits, little endian), its bytes, and zeroes up to a multiple of 8.
 *
 *     archive = "nix-archive-1" node
 *     node    = "(" "type" "regular" ["executable" ""] "contents" <bytes> ")"
 *             | "(" "type" "symlink" "target" <text> ")"
 *             | "(" "type" "directory" { "entry" "(" "name" <text> "node" node ")" } ")"
 *
 * Entries are sorted by the bytes of their names. Of the permissions only the owner's execute bit counts; times
 * and owners do not. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { SysError } from "../errors.ts";
import type { FileInfo, ReadFs } from "../system/mod.ts";
import { withBuffer } from "./buffer.ts";

/** Receives the archive piece by piece. The bytes are valid during the call only. */
export type NarSink = (bytes: Uint8Array) => void;

/** Sees the archive before the sink does, and may change bytes in writer. */
export interface NarFilter {
  /** So many bytes at the end of a window are seen again at the start of the next. */
  readonly overlap: number;
  see(window: Uint8Array): void;
}

/** SHA-256 of the archive of what lies at a path; 32 bytes. */
export function hashTree(fs: ReadFs, path: string, filter?: NarFilter): Uint8Array {
  const hash = createHash("sha256");
  dumpNar(fs, path, (bytes) => hash.update(bytes), filter);
  return hash.digest();
}

/** SHA-256 of the archive that a single file with this content would have; 32 bytes. */
export function hashContent(content: Uint8Array, executable: boolean): Uint8Array {
  const head = executable ? EXECUTABLE : REGULAR;
  const hash = createHash("sha256").update(MAGIC).update(head).update(number64(content.length));
  hash.update(content);
  if (content.length & 7) hash.update(ZEROES.subarray(content.length & 7));
  return hash.update(CLOSE).digest();
}

/**
 * Writes the archive of what lies at a path.
 * @throws SysError of kind "store" when something is neither a file, a link nor a folder, or changes meanwhile
 */
export function dumpNar(fs: ReadFs, path: string, sink: NarSink, filter?: NarFilter): void {
  withBuffer((buffer) => {
    const out = new NarWriter(buffer, sink, filter);
    out.put(MAGIC);
    dumpNode(fs, path, statOf(fs, path), out);
    out.end();
  });
}

function dumpNode(fs: ReadFs, path: string, info: FileInfo, out: NarWriter): void {
  if (info.kind === "file") {
    out.put(info.mode & 0o100 ? EXECUTABLE : REGULAR);
    out.length(info.size);
    if (info.size > 0) out.file(fs, path, info.size);
    out.pad(info.size);
  } else if (info.kind === "link") {
    out.put(SYMLINK);
    out.text(fs.readLink(path));
  } else if (info.kind === "dir") {
    out.put(DIRECTORY);
    for (const name of fs.readDir(path)) {
      const inner = `${path}/${name}`;
      out.put(ENTRY);
      out.text(name);
      out.put(NODE);
      dumpNode(fs, inner, statOf(fs, inner), out);
      out.put(CLOSE);
    }
  } else {
    throw new SysError("store", `Cannot archive ${path}: it is a socket, a pipe or a device`, {
      hint: "only files, links and folders can be put into the store",
    });
  }
  out.put(CLOSE);
}

function statOf(fs: ReadFs, path: string): FileInfo {
  const info = fs.lstat(path);
  if (info === null) throw new SysError("store", `Cannot archive ${path}: nothing is there`);
  return info;
}

/** Collects the archive in one buffer, whatever the size of its files, and empties it into the sink when it is
 * full. */
class NarWriter {
  readonly #buffer: Buffer;
  readonly #sink: NarSink;
  readonly #filter: NarFilter | undefined;
  #used = 0;

  constructor(buffer: Buffer, sink: NarSink, filter?: NarFilter) {
    this.#buffer = buffer;
    this.#sink = sink;
    this.#filter = filter;
  }

  put(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      const count = Math.min(bytes.length - from, this.#room());
      this.#buffer.set(bytes.subarray(from, from + count), this.#used);
      this.#used += count;
      from += count;
    }
  }

  /** A text as a token. */
  text(text: string): void {
    const bytes = Buffer.from(text, "utf8");
    this.length(bytes.length);
    this.put(bytes);
    this.pad(bytes.length);
  }

  length(length: number): void {
    this.put(number64(length));
  }

  /** Zeroes after so many bytes. */
  pad(length: number): void {
    if (length & 7) this.put(ZEROES.subarray(length & 7));
  }

  /** A file's content, read straight into the buffer. */
  file(fs: ReadFs, path: string, size: number): void {
    const handle = fs.openRead(path);
    try {
      for (let left = size; left > 0;) {
        const room = Math.min(left, this.#room());
        const count = handle.read(this.#buffer.subarray(this.#used, this.#used + room));
        if (count === 0) throw changed(path);
        this.#used += count;
        left -= count;
      }
    } finally {
      handle.close();
    }
  }

  end(): void {
    this.#filter?.see(this.#buffer.subarray(0, this.#used));
    this.#sink(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  /** Bytes that are free, at least one. */
  #room(): number {
    if (this.#used === this.#buffer.length) {
      this.#filter?.see(this.#buffer);
      const kept = this.#filter?.overlap ?? 0;
      this.#sink(this.#buffer.subarray(0, this.#used - kept));
      this.#buffer.copyWithin(0, this.#used - kept, this.#used);
      this.#used = kept;
    }
    return this.#buffer.length - this.#used;
  }
}

function changed(path: string): SysError {
  return new SysError("store", `Cannot archive ${path}: it got shorter while it was read`, {
    hint: "another program is writing it; try again when that is done",
  });
}

function number64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value % 0x1_0000_0000, 0);
  bytes.writeUInt32LE(Math.floor(value / 0x1_0000_0000), 4);
  return bytes;
}

function tokens(...texts: string[]): Uint8Array {
  return Buffer.concat(texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    return [number64(bytes.length), bytes, Buffer.alloc((8 - bytes.length % 8) % 8)];
  }));
}

const ZEROES = new Uint8Array(8);
const MAGIC = tokens("nix-archive-1");
const REGULAR = tokens("(", "type", "regular", "contents");
const EXECUTABLE = tokens("(", "type", "regular", "executable", "", "contents");
const SYMLINK = tokens("(", "type", "symlink", "target");
const DIRECTORY = tokens("(", "type", "directory");
const ENTRY = tokens("entry", "(", "name");
const NODE = tokens("node");
const CLOSE = tokens(")");
