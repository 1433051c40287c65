/** Takes compressed bytes, gives what they were, chunk by chunk. Each decoder is loaded when it is first needed. */
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { messageOf, SysError } from "../../errors.ts";
import type { Compression } from "./detect.ts";

/** Bytes that a decoder gives at a time. */
const CHUNK = 256 << 10;

/** The chunks that go in may be reused by the caller once the next is asked for. What is thrown is a SysError where the
 * data may be whole, an Error that says what is wrong where it is not. */
export const DECODERS: Record<
  Compression,
  (
    input: Iterable<Uint8Array>,
  ) => Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>>
> = { gzip, xz, bzip2, zstd };

async function gzip(input: Iterable<Uint8Array>) {
  const { createGunzip } = await import("node:zlib");
  const gunzip = createGunzip({ chunkSize: CHUNK });
  return piped(Readable.from(copies(input)), gunzip as unknown as Duplex);
}

async function bzip2(input: Iterable<Uint8Array>) {
  const { decodeBzip2 } = await import("./bzip2/bzip2.ts");
  return decodeBzip2(input);
}

async function xz(input: Iterable<Uint8Array>) {
  const all = await import("xz-decompress");
  // Bundled into the code of a thread, the package has no default.
  const module = all.default ?? all;
  const decoded = (bytes: Iterable<Uint8Array>) =>
    withXzReasons(new module.XzReadableStream(ReadableStream.from(bytes)));
  const { head, whole } = begun(copies(input));
  const { isSealedWithSha256, Seals } = await import("./xz_sha256.ts");
  if (!isSealedWithSha256(head)) return decoded(whole);
  const seals = new Seals();
  return seals.checked(decoded(seals.removed(whole)));
}

/** The first chunk, and all of them. */
function begun(input: Generator<Uint8Array>): { head: Uint8Array; whole: Iterable<Uint8Array> } {
  const { value } = input.next();
  const head = (value as Uint8Array | undefined) ?? new Uint8Array();
  return {
    head,
    whole: (function* () {
      yield head;
      yield* input;
    })(),
  };
}

/** The decoder's errors are numbers, those of XZ Embedded's `enum xz_ret`. */
async function* withXzReasons(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (thrown) {
    if (!/code 6$/.test(messageOf(thrown))) throw thrown;
    throw new SysError("build", "Cannot unpack xz data: it uses options that sys does not know", {
      hint: "`xz --check=crc64` makes files that every program can read",
      cause: thrown,
    });
  }
}

async function zstd(input: Iterable<Uint8Array>) {
  const { zstdDecoder } = await import("./zstd/zstd.ts");
  return (await zstdDecoder())(input);
}

/** What `pipe` and asynchronous iteration need of a stream. */
type Duplex = NodeJS.ReadWriteStream & AsyncIterable<Uint8Array> & { destroy(error: Error): void };

function piped(source: Readable, decoder: Duplex): AsyncIterable<Uint8Array> {
  source.on("error", (error: Error) => decoder.destroy(error));
  source.pipe(decoder);
  return decoder;
}

/** Streams keep what they are given, so each chunk has to be its own. */
function* copies(input: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of input) yield Buffer.from(chunk);
}
