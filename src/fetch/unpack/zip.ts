/** Takes a zip archive (also zip64), fills a destination. */
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import { messageOf, SysError } from "../../errors.ts";
import type { FileHandle, ReadFs } from "../../system/mod.ts";

/** Systems whose zips carry Unix modes in the upper half of the external attributes (APPNOTE.TXT 4.4.2). */
const UNIX = new Set([3, 19]);
const S_IFMT = 0o170000, S_IFREG = 0o100000, S_IFDIR = 0o040000, S_IFLNK = 0o120000;
/** Longest target of a link, in bytes, as Linux has it. */
const LINK_LIMIT = 4096;

const STORED = 0, DEFLATED = 8;
/** Entries up to this size, before and after, are inflated at once, which takes half the time of a stream. */
const SMALL = 8 << 20;
/** Bytes that are read, and that a stream gives, at a time. */
const CHUNK = 256 << 10;
/** Bytes of content after which other work gets its turn. */
const PAUSE_AFTER = 8 << 20;

/** What is used of an entry of yauzl's, which has no types of its own. */
interface Entry {
  /** Bytes, since names are not decoded. */
  readonly fileName: Uint8Array;
  readonly versionMadeBy: number;
  readonly externalFileAttributes: number;
  readonly uncompressedSize: number;
  readonly compressedSize: number;
  readonly compressionMethod: number;
  readonly crc32: number;
  getLastModDate(options: { readonly timezone: "UTC" }): Date;
  isEncrypted(): boolean;
}

/** What is used of an open archive. */
interface ZipFile {
  eachEntry(): AsyncIterable<Entry>;
  readLocalFileHeaderPromise(
    entry: Entry,
    options: { minimal: true },
  ): Promise<{ fileDataStart: number }>;
}

/** What entries are handed to: a `Destination`, or who only looks at them. */
export interface ZipTarget {
  folder(name: string): void;
  /** Null for a file whose content is not wanted. */
  file(
    name: string,
    executable: boolean,
    mtime: number | null,
  ): { write(bytes: Uint8Array): void; close(): void } | null;
  link(name: string, to: string): void;
  /** The error for an entry that can't be had. */
  refusal(name: string, why: string): SysError;
}

export interface ZipInput {
  /** Absolute path of the archive. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** What messages call it. */
  readonly label: string;
  readonly signal: AbortSignal;
}

/** Unpacks a zip archive. @throws SysError naming the entry that is refused */
export async function unzip(fs: ReadFs, input: ZipInput, destination: ZipTarget): Promise<void> {
  const { default: yauzl } = await import("yauzl");
  const file = fs.openRead(input.path);
  try {
    const reader = Object.assign(new yauzl.RandomAccessReader(), { read: readerOf(file) });
    // Names as bytes: what is no UTF-8 has to be seen here.
    const options = { lazyEntries: true, decodeStrings: false, autoClose: false };
    const zip: ZipFile = await yauzl.fromRandomAccessReaderPromise(reader, input.size, options);
    let unpacked = 0;
    for await (const entry of zip.eachEntry()) {
      input.signal.throwIfAborted();
      await unpackEntry(zip, file, entry, destination);
      unpacked += entry.uncompressedSize;
      if (unpacked > PAUSE_AFTER) {
        unpacked = 0;
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
  } catch (thrown) {
    if (thrown instanceof SysError || input.signal.aborted) throw thrown;
    throw new SysError("build", `Cannot unpack ${input.label}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  } finally {
    file.close();
  }
}

/** yauzl's way of reading at a place. Reading at once is faster than a thread's answer. */
function readerOf(file: FileHandle) {
  return (
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
    done: (error?: unknown) => void,
  ) => {
    try {
      let at = offset;
      for (const chunk of piecesOf(file, position, length)) {
        buffer.set(chunk, at);
        at += chunk.length;
      }
    } catch (thrown) {
      return done(thrown);
    }
    done();
  };
}

/** So many bytes of a file from a place on, each chunk its own. */
function* piecesOf(file: FileHandle, position: number, length: number): Generator<Uint8Array> {
  for (let at = position, left = length; left > 0;) {
    const buffer = new Uint8Array(Math.min(left, CHUNK));
    // Others may have read elsewhere meanwhile.
    file.seek(at);
    const count = file.read(buffer);
    if (count === 0) throw new Error("it ends too early");
    yield buffer.subarray(0, count);
    at += count;
    left -= count;
  }
}

async function unpackEntry(
  zip: ZipFile,
  file: FileHandle,
  entry: Entry,
  destination: ZipTarget,
): Promise<void> {
  const name = nameOf(entry);
  const mode = UNIX.has(entry.versionMadeBy >> 8) ? entry.externalFileAttributes >>> 16 : 0;
  const type = mode & S_IFMT;
  if (name.endsWith("/") || type === S_IFDIR) return destination.folder(name);
  if (type === S_IFLNK) {
    if (entry.uncompressedSize > LINK_LIMIT) {
      throw destination.refusal(name, "its link is too long");
    }
    const parts: Uint8Array[] = [];
    await readEntry(zip, file, entry, name, destination, (chunk) => void parts.push(chunk.slice()));
    return destination.link(name, new TextDecoder().decode(Buffer.concat(parts)));
  }
  if (type !== 0 && type !== S_IFREG) throw destination.refusal(name, "it is a device or a pipe");
  const sink = destination.file(name, (mode & 0o111) !== 0, timeOf(entry));
  try {
    await readEntry(zip, file, entry, name, destination, (chunk) => sink?.write(chunk));
  } finally {
    sink?.close();
  }
}

/** Hands over an entry's content, and checks that it is what the archive says. */
async function readEntry(
  zip: ZipFile,
  file: FileHandle,
  entry: Entry,
  name: string,
  destination: ZipTarget,
  onPiece: (chunk: Uint8Array) => void,
): Promise<void> {
  if (entry.isEncrypted()) throw destination.refusal(name, "it is encrypted");
  let sum = 0, size = 0;
  try {
    for await (const chunk of contentOf(zip, file, entry)) {
      sum = crc32(chunk, sum);
      size += chunk.length;
      if (size > entry.uncompressedSize) break;
      onPiece(chunk);
    }
  } catch (thrown) {
    if (thrown instanceof SysError) throw thrown;
    throw destination.refusal(name, messageOf(thrown));
  }
  if (size !== entry.uncompressedSize) throw destination.refusal(name, "its size is wrong");
  if (sum !== entry.crc32) throw destination.refusal(name, "its checksum is wrong");
}

async function* contentOf(
  zip: ZipFile,
  file: FileHandle,
  entry: Entry,
): AsyncGenerator<Uint8Array> {
  const { compressionMethod, compressedSize, uncompressedSize } = entry;
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const raw = piecesOf(file, fileDataStart, compressedSize);
  if (compressionMethod === STORED) return yield* raw;
  if (compressionMethod !== DEFLATED) {
    throw new Error(`it is compressed by a method that sys does not know (${compressionMethod})`);
  }
  if (Math.max(compressedSize, uncompressedSize) > SMALL) {
    const source = Readable.from(raw);
    const inflate = createInflateRaw({ chunkSize: CHUNK });
    source.on("error", (error) => inflate.destroy(error));
    return yield* source.pipe(inflate);
  }
  // One more than it should be, so that too much is seen.
  yield inflateRawSync(Buffer.concat([...raw]), { maxOutputLength: uncompressedSize + 1 });
}

/** Seconds since the epoch. Where the archive has only the hands of a clock, that is one in UTC, as in a build. */
function timeOf(entry: Entry): number | null {
  const seconds = Math.floor(entry.getLastModDate({ timezone: "UTC" }).getTime() / 1000);
  return Number.isSafeInteger(seconds) && seconds >= 0 ? seconds : null;
}

/** The name, `/` between its parts, which some programs for DOS and Windows write as `\`. Bytes that are no UTF-8
 * become U+FFFD, which the destination refuses. */
function nameOf(entry: Entry): string {
  const name = new TextDecoder().decode(entry.fileName);
  return UNIX.has(entry.versionMadeBy >> 8) ? name : name.replaceAll("\\", "/");
}
