/** Takes what a program prints, keeps the end of it. */

/** Bytes that are kept of each stream, at least. */
const KEPT = 64 << 10;

/** Characters of a line that are shown. */
const WIDTH = 2_000;

/** The last of what was printed, in flat memory. */
export class Tail {
  readonly #streams = new Map<string, { chunks: Uint8Array[]; size: number }>();

  /** A chunk of one stream. */
  add(bytes: Uint8Array, stream: string): void {
    let kept = this.#streams.get(stream);
    if (kept === undefined) this.#streams.set(stream, kept = { chunks: [], size: 0 });
    kept.chunks.push(bytes);
    kept.size += bytes.length;
    while (kept.size - kept.chunks[0].length >= KEPT) kept.size -= kept.chunks.shift()!.length;
  }

  /** The last lines that are not empty: those of standard output, then those of standard error. */
  lines(count: number): string[] {
    const texts = ["stdout", "stderr"].map((stream) => {
      const decoder = new TextDecoder();
      const chunks = this.#streams.get(stream)?.chunks ?? [];
      return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
    });
    return texts.join("").split(/\r?\n/).filter((line) => line !== "").slice(-count).map(shortened);
  }
}

/** A line as it is shown: its beginning, if it is very long. */
export function shortened(line: string): string {
  return line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line;
}
