/** Takes a zip archive (also zip64), fills a destination. */
import { Buffer } from "node:buffer";
import type { Readable } from "node:stream";
import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import { messageOf, SysError } from "../../errors.ts";
import type { Destination } from "./destination.ts";

/** Systems whose zips carry Unix modes in the upper half of the external attributes (APPNOTE.TXT 4.4.2). */
const UNIX = new Set([3, 19]);
const S_IFMT = 0o170000, S_IFREG = 0o100000, S_IFDIR = 0o040000, S_IFLNK = 0o120000;
/** Longest target of a link, in bytes, as Linux has it. */
const LINK_LIMIT = 4096;

const STORED = 0, DEFLATED = 8;
/** Entries up to this size, before and after, are inflated at once, which takes half the time of a stream. */
const SMALL = 8 << 20;
/** Bytes that a stream gives at a time. */
const PIECE = 256 << 10;

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
  isEncrypted(): boolean;
}

/** What is used of an open archive. */
interface ZipFile {
  eachEntry(): AsyncIterable<Entry>;
  /** Without `decodeFileData`: the bytes as they are in the archive. */
  openReadStreamPromise(entry: Entry, options: { decodeFileData: false }): Promise<Readable>;
  close(): void;
}

/** Unpacks a zip archive. @throws SysError naming the entry that is refused */
export async function unzip(path: string, label: string, destination: Destination): Promise<void> {
  const { default: yauzl } = await import("yauzl");
  let zip: ZipFile | undefined;
  try {
    // Names as bytes: what is no UTF-8 has to be seen here.
    const options = { lazyEntries: true, decodeStrings: false, autoClose: false };
    const opened: ZipFile = await yauzl.openPromise(path, options);
    zip = opened;
    for await (const entry of opened.eachEntry()) await unpackEntry(opened, entry, destination);
  } catch (thrown) {
    if (thrown instanceof SysError) throw thrown;
    throw new SysError("build", `Cannot unpack ${label}: ${messageOf(thrown)}`, { cause: thrown });
  } finally {
    zip?.close();
  }
}

async function unpackEntry(zip: ZipFile, entry: Entry, destination: Destination): Promise<void> {
  const name = nameOf(entry);
  const mode = UNIX.has(entry.versionMadeBy >> 8) ? entry.externalFileAttributes >>> 16 : 0;
  const type = mode & S_IFMT;
  if (name.endsWith("/") || type === S_IFDIR) return destination.folder(name);
  if (type === S_IFLNK) {
    if (entry.uncompressedSize > LINK_LIMIT) {
      throw destination.refusal(name, "its link is too long");
    }
    const parts: Uint8Array[] = [];
    await readEntry(zip, entry, name, destination, (piece) => void parts.push(piece.slice()));
    return destination.link(name, new TextDecoder().decode(Buffer.concat(parts)));
  }
  if (type !== 0 && type !== S_IFREG) throw destination.refusal(name, "it is a device or a pipe");
  const sink = destination.file(name, (mode & 0o111) !== 0);
  try {
    await readEntry(zip, entry, name, destination, (piece) => sink?.write(piece));
  } finally {
    sink?.close();
  }
}

/** Hands over an entry's content, and checks that it is what the archive says. */
async function readEntry(
  zip: ZipFile,
  entry: Entry,
  name: string,
  destination: Destination,
  onPiece: (piece: Uint8Array) => void,
): Promise<void> {
  if (entry.isEncrypted()) throw destination.refusal(name, "it is encrypted");
  let sum = 0, size = 0;
  try {
    for await (const piece of contentOf(zip, entry)) {
      sum = crc32(piece, sum);
      size += piece.length;
      if (size > entry.uncompressedSize) break;
      onPiece(piece);
    }
  } catch (thrown) {
    if (thrown instanceof SysError) throw thrown;
    throw destination.refusal(name, messageOf(thrown));
  }
  if (size !== entry.uncompressedSize) throw destination.refusal(name, "its size is wrong");
  if (sum !== entry.crc32) throw destination.refusal(name, "its checksum is wrong");
}

async function* contentOf(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  const raw = await zip.openReadStreamPromise(entry, { decodeFileData: false });
  if (entry.compressionMethod === STORED) return yield* raw;
  if (entry.compressionMethod !== DEFLATED) {
    throw new Error(
      `it is compressed by a method that sys does not know (${entry.compressionMethod})`,
    );
  }
  if (Math.max(entry.compressedSize, entry.uncompressedSize) > SMALL) {
    const inflate = createInflateRaw({ chunkSize: PIECE });
    raw.on("error", (error) => inflate.destroy(error));
    return yield* raw.pipe(inflate);
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of raw) pieces.push(piece);
  // One more than it should be, so that too much is seen.
  yield inflateRawSync(Buffer.concat(pieces), { maxOutputLength: entry.uncompressedSize + 1 });
}

/** The name, `/` between its parts, which some programs for DOS and Windows write as `\`. Bytes that are no UTF-8
 * become U+FFFD, which the destination refuses. */
function nameOf(entry: Entry): string {
  const name = new TextDecoder().decode(entry.fileName);
  return UNIX.has(entry.versionMadeBy >> 8) ? name : name.replaceAll("\\", "/");
}
