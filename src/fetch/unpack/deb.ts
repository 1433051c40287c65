/** Takes the bytes of a Debian package, gives those of its `data.tar`.
 *
 * A package is an ar(5) archive: a line `!<arch>`, then members, each a header of 60 bytes (name 16, date 12,
 * owner 6, group 6, mode 8, size 10, two bytes of magic) and its content, padded to an even length. */
import { SysError } from "../../errors.ts";
import { type Compression, detect, PROBE_SIZE } from "./detect.ts";

/** The member `data.tar*`: its bytes, and how they are compressed (null: not at all). */
export function debData(
  source: Iterable<Uint8Array>,
  label: string,
): { chunks: Iterable<Uint8Array>; compression: Compression | null } {
  const reader = new Reader(source, label);
  reader.take(8);
  for (;;) {
    const header = new TextDecoder("latin1").decode(reader.take(60));
    const size = /^\d+ *$/.test(header.slice(48, 58)) ? parseInt(header.slice(48, 58), 10) : NaN;
    if (Number.isNaN(size) || header.slice(58) !== "`\n") throw reader.damaged("a header is wrong");
    if (!header.startsWith("data.tar")) {
      reader.skip(size + (size & 1));
      continue;
    }
    const head = reader.take(Math.min(size, PROBE_SIZE)).slice();
    const format = detect(head);
    if (format === "zip" || format === "ar" || format === null) {
      throw reader.damaged("its data is no tar");
    }
    const chunks = (function* () {
      yield head;
      yield* reader.chunks(size - head.length);
    })();
    return { chunks, compression: format === "tar" ? null : format };
  }
}

/** Bytes in the amounts that a format wants. */
class Reader {
  readonly #source: Iterator<Uint8Array>;
  readonly #label: string;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: Iterable<Uint8Array>, label: string) {
    this.#source = source[Symbol.iterator]();
    this.#label = label;
  }

  /** Exactly so many bytes, valid until the next call. */
  take(count: number): Uint8Array {
    const taken = new Uint8Array(count);
    let at = 0;
    for (const chunk of this.chunks(count)) {
      taken.set(chunk, at);
      at += chunk.length;
    }
    return taken;
  }

  skip(count: number): void {
    for (const _ of this.chunks(count));
  }

  *chunks(count: number): Generator<Uint8Array> {
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0) {
        const next = this.#source.next();
        if (next.done) throw this.damaged("it ends too early, or holds no data.tar");
        this.#rest = next.value;
      }
      const chunk = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(chunk.length);
      left -= chunk.length;
      yield chunk;
    }
  }

  damaged(why: string): SysError {
    return new SysError("build", `Cannot unpack ${this.#label}: ${why}`);
  }
}
