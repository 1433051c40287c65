/** zstd (RFC 8878): takes compressed bytes, gives what they were, frame by frame. The decoder is zstd's own, as
 * WebAssembly (`scripts/build_zstd.ts`). */
import { SysError } from "../../../errors.ts";

/** Functions of `zstd.c`. */
interface Decoder {
  readonly memory: WebAssembly.Memory;
  input(): number;
  input_size(): number;
  output(): number;
  output_size(): number;
  given(size: number): void;
  decode(): number;
  complete(): number;
}

/** Of `ZSTD_ErrorCode` in zstd_errors.h. */
const WINDOW_TOO_LARGE = 16, DICTIONARY_WRONG = 32, MEMORY = 64;
const REASONS: Readonly<Record<number, string>> = {
  10: "what follows is no zstd frame",
  14: "a frame uses what is not part of the format",
  22: "a checksum is wrong",
};

/** Compiled once. */
let compiled: WebAssembly.Module | undefined;

/** Gives what decodes a stream of frames. Each chunk that comes out has bytes of its own. What it throws is a SysError
 * where the data may be whole, an Error where it is not. */
export async function zstdDecoder(): Promise<
  (input: Iterable<Uint8Array>) => Generator<Uint8Array>
> {
  const { ZSTD_WASM } = await import("./decoder.generated.ts");
  const module = compiled ??= new WebAssembly.Module(bytesOf(ZSTD_WASM));
  return (input) => decoded(new WebAssembly.Instance(module).exports as unknown as Decoder, input);
}

function* decoded(decoder: Decoder, input: Iterable<Uint8Array>): Generator<Uint8Array> {
  const [most, full] = [decoder.input_size(), decoder.output_size()];
  for (const chunk of input) {
    for (let from = 0; from < chunk.length; from += most) {
      const part = chunk.subarray(from, from + most);
      // The memory may have grown, and then is another buffer.
      new Uint8Array(decoder.memory.buffer).set(part, decoder.input());
      decoder.given(part.length);
      for (let size = full; size === full;) {
        size = decoder.decode();
        if (size < 0) throw failure(-size);
        const begin = decoder.output();
        if (size > 0) yield new Uint8Array(decoder.memory.buffer.slice(begin, begin + size));
      }
    }
  }
  if (!decoder.complete()) throw new Error("it ends too early");
}

function failure(code: number): Error {
  const cannot = (why: string, hint?: string) =>
    new SysError("build", `Cannot unpack zstd data: ${why}`, hint === undefined ? {} : { hint });
  switch (code) {
    case WINDOW_TOO_LARGE:
      return cannot(
        "it looks back more than 128 MiB",
        "without `--ultra` and with at most `--long=27`, zstd makes what every program can read",
      );
    case DICTIONARY_WRONG:
      return cannot("it was compressed with a dictionary, which is not part of it");
    case MEMORY:
      return cannot("there is not enough memory");
    default:
      return new Error(REASONS[code] ?? "a frame is damaged");
  }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return (Uint8Array as unknown as { fromBase64(text: string): Uint8Array<ArrayBuffer> })
    .fromBase64(text);
}
