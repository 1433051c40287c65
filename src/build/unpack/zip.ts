/** Takes a zip archive (also zip64), fills a destination. */
import { crc32 } from "node:zlib";
import { messageOf, SysError } from "../../errors.ts";
import type { Destination } from "./destination.ts";

/** Systems whose zips carry Unix modes in the upper half of the external attributes (APPNOTE.TXT 4.4.2). */
const UNIX = new Set([3, 19]);
const S_IFMT = 0o170000, S_IFREG = 0o100000, S_IFDIR = 0o040000, S_IFLNK = 0o120000;
/** Longest target of a link, in bytes, as Linux has it. */
const LINK_LIMIT = 4096;

/** What is used of an entry of yauzl's, which has no types of its own. */
interface Entry {
  /** Bytes, since names are not decoded. */
  readonly fileName: Uint8Array;
  readonly versionMadeBy: number;
  readonly externalFileAttributes: number;
  readonly uncompressedSize: number;
  readonly crc32: number;
}

/** What is used of an open archive. */
interface ZipFile {
  eachEntry(): AsyncIterable<Entry>;
  openReadStreamPromise(entry: Entry): Promise<AsyncIterable<Uint8Array>>;
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
    return destination.link(name, new TextDecoder().decode(join(parts)));
  }
  if (type !== 0 && type !== S_IFREG) throw destination.refusal(name, "it is a device or a pipe");
  const sink = destination.file(name, (mode & 0o111) !== 0);
  try {
    await readEntry(zip, entry, name, destination, (piece) => sink?.write(piece));
  } finally {
    sink?.close();
  }
}

/** Hands over an entry's content and checks it; sizes are checked by the reader. */
async function readEntry(
  zip: ZipFile,
  entry: Entry,
  name: string,
  destination: Destination,
  onPiece: (piece: Uint8Array) => void,
): Promise<void> {
  let sum = 0;
  try {
    for await (const piece of await zip.openReadStreamPromise(entry)) {
      sum = crc32(piece, sum);
      onPiece(piece);
    }
  } catch (thrown) {
    if (thrown instanceof SysError) throw thrown;
    throw destination.refusal(name, messageOf(thrown));
  }
  if (sum !== entry.crc32) throw destination.refusal(name, "its checksum is wrong");
}

/** The name, `/` between its parts, which some programs for DOS and Windows write as `\`. Bytes that are no UTF-8
 * become U+FFFD, which the destination refuses. */
function nameOf(entry: Entry): string {
  const name = new TextDecoder().decode(entry.fileName);
  return UNIX.has(entry.versionMadeBy >> 8) ? name : name.replaceAll("\\", "/");
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
