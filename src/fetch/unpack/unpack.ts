/** Takes an archive or a compressed file, gives what was in it. What it is shows its content, not its name. */
import { Buffer } from "node:buffer";
import { basename, dirname, join } from "node:path/posix";
import { SysError } from "../../errors.ts";
import type { System } from "../../system/mod.ts";
import { readChunks } from "../../system/contents.ts";
import { debData } from "./deb.ts";
import { decompress } from "./decompress.ts";
import { Destination } from "./destination.ts";
import { type Compression, detect, PROBE_SIZE } from "./detect.ts";
import { LIMITS, type UnpackLimits } from "./limits.ts";
import { untar } from "./tar.ts";
import { unzip } from "./zip.ts";

/** Pieces of uncompressed data after which other work gets its turn. */
const PAUSE_AFTER = 32;
/** Bytes of an archive that are worth a thread. */
const THREAD_FROM = 4 << 20;

export interface UnpackRequest {
  /** Absolute path. */
  readonly archive: string;
  /** Absolute path of the folder to fill. For a single compressed file: of the file, or of an existing folder. */
  readonly dest: string;
  /** Leading parts taken off each name; entries that have no more are left out. */
  readonly strip?: number;
  readonly limits?: UnpackLimits;
  /** Bytes from which on a thread decompresses. */
  readonly threadFrom?: number;
  readonly signal: AbortSignal;
}

/**
 * Unpacks tar (plain, gz, xz, bz2, zst), zip, .deb, and single gz, xz, bz2 and zst files. Modes become 0644, or
 * 0755 for what can be executed. @returns the path of what was made
 * @throws SysError naming the entry that is refused; then nothing is left behind
 */
export async function unpack(
  system: Pick<System, "fs" | "host">,
  request: UnpackRequest,
): Promise<string> {
  const label = basename(request.archive);
  const info = system.fs.lstat(request.archive);
  if (info?.kind !== "file") {
    const why = info === null ? "nothing is there" : "it is no file";
    throw new SysError("build", `Cannot unpack ${request.archive}: ${why}`);
  }
  const chunks = interruptible(readChunks(system.fs, request.archive), request.signal);
  try {
    return await unpackChunks(system, request, label, info.size, chunks);
  } finally {
    // Not all formats are read to their last byte.
    chunks.return(undefined);
  }
}

async function unpackChunks(
  system: Pick<System, "fs" | "host">,
  request: UnpackRequest,
  label: string,
  size: number,
  input: Iterable<Uint8Array>,
): Promise<string> {
  const format = detect(first(readChunks(system.fs, request.archive, PROBE_SIZE)));
  if (format === null) throw unknown(label);
  const fill = (run: (destination: Destination) => Promise<void>) =>
    filled(system, request, size, run);

  if (format === "zip") {
    const { archive: path, signal } = request;
    return await fill((to) => unzip(system.fs, { path, size, label, signal }, to));
  }
  if (format === "tar") return await fill((to) => untar(later(input), label, to));
  const { threadFrom = THREAD_FROM, signal } = request;
  const apart = size >= threadFrom && system.host.processors > 1 ? signal : null;
  if (format === "ar") {
    const { chunks, compression } = debData(input, label);
    if (compression === null) return await fill((to) => untar(later(chunks), label, to));
    const data = decompress(compression, { label, chunks, apart });
    return await whole(data, (chunks) => fill((to) => untar(chunks, label, to)));
  }
  return await whole(decompress(format, { label, chunks: input, apart }), async (source) => {
    const { head, chunks } = await peek(source);
    if (detect(head) === "tar") return await fill((to) => untar(chunks, label, to));
    return await single(system, request, size, format, chunks);
  });
}

/** Ends a stream when what is done with it is done, also where that never came to read it. */
async function whole<T>(
  stream: AsyncGenerator<Uint8Array>,
  use: (stream: AsyncGenerator<Uint8Array>) => Promise<T>,
): Promise<T> {
  try {
    return await use(stream);
  } finally {
    await stream.return(undefined);
  }
}

/** Fills a destination, or leaves it as it was. */
async function filled(
  system: Pick<System, "fs" | "host">,
  request: UnpackRequest,
  archiveSize: number,
  run: (destination: Destination) => Promise<void>,
): Promise<string> {
  const destination = new Destination(system, request.dest, {
    strip: request.strip ?? 0,
    limits: request.limits ?? LIMITS,
    archiveSize,
  });
  try {
    await run(destination);
    destination.finish();
  } catch (thrown) {
    destination.discard();
    throw thrown;
  }
  return request.dest;
}

/** A compressed file that holds no archive. */
async function single(
  system: Pick<System, "fs" | "host">,
  request: UnpackRequest,
  archiveSize: number,
  format: Compression,
  chunks: AsyncIterable<Uint8Array>,
): Promise<string> {
  const isFolder = system.fs.lstat(request.dest)?.kind === "dir";
  const into = isFolder ? request.dest : dirname(request.dest);
  const name = isFolder
    ? basename(request.archive).replace(ENDINGS[format], "") || "content"
    : basename(request.dest);
  await filled(system, { ...request, dest: into, strip: 0 }, archiveSize, async (destination) => {
    const sink = destination.file(name, false, null);
    try {
      for await (const chunk of chunks) sink?.write(chunk);
    } finally {
      sink?.close();
    }
  });
  return join(into, name);
}

const ENDINGS: Record<Compression, RegExp> = {
  gzip: /\.gz$/i,
  xz: /\.xz$/i,
  bzip2: /\.bz2$/i,
  zstd: /\.zst$/i,
};

function unknown(label: string): SysError {
  const kinds = "tar, tar.gz, tar.xz, tar.bz2, tar.zst, zip, deb, gz, xz, bz2 and zst";
  return new SysError("build", `Cannot unpack ${label}: it is no archive that sys knows`, {
    hint: `${kinds} can be unpacked; \`ctx.copy\` takes a file as it is`,
  });
}

/** The first chunk, of which there may be none. */
function first(chunks: Iterator<Uint8Array>): Uint8Array {
  const { value } = chunks.next();
  const head = (value as Uint8Array | undefined)?.slice() ?? new Uint8Array();
  chunks.return?.();
  return head;
}

/** The same chunks, until the signal fires. */
function* interruptible(
  chunks: Iterable<Uint8Array>,
  signal: AbortSignal,
): Generator<Uint8Array> {
  for (const chunk of chunks) {
    signal.throwIfAborted();
    yield chunk;
  }
}

/** Pieces as they are asked for; other work gets its turn in between. */
async function* later(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let count = 0;
  for (const chunk of chunks) {
    yield chunk.slice();
    if (++count % PAUSE_AFTER === 0) await new Promise((resolve) => setTimeout(resolve));
  }
}

/** The first bytes of a stream, and the whole of it. */
async function peek(
  source: AsyncGenerator<Uint8Array>,
): Promise<{ head: Uint8Array; chunks: AsyncIterable<Uint8Array> }> {
  const seen: Uint8Array[] = [];
  let length = 0;
  while (length < PROBE_SIZE) {
    const next = await source.next();
    if (next.done) break;
    seen.push(next.value);
    length += next.value.length;
  }
  const head = Buffer.concat(seen).subarray(0, PROBE_SIZE);
  async function* chunks() {
    yield* seen;
    yield* source;
  }
  return { head, chunks: chunks() };
}
