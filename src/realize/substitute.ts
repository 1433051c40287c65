/** Takes bytes that pass by, gives them with some texts in place of others; holds no more than a piece of them.
 *
 * Bytes are handled as texts of one character for each, so that files of any encoding survive. */
import { Buffer } from "node:buffer";

/** Texts that are looked for, and what takes their place. */
export class Substitution {
  readonly #wanted: ReadonlyMap<string, string>;
  readonly #longestFirst: readonly string[];
  readonly #found = new Set<string>();

  /** Empty texts are not looked for. */
  constructor(replacements: Readonly<Record<string, string>>) {
    this.#wanted = new Map(
      Object.entries(replacements).filter(([from]) => from !== "")
        .map(([from, to]) => [asBytes(from), asBytes(to)]),
    );
    this.#longestFirst = [...this.#wanted.keys()].sort((a, b) => b.length - a.length);
  }

  get isEmpty(): boolean {
    return this.#wanted.size === 0;
  }

  /** One that has not occurred so far; null where all have. */
  get absent(): string | null {
    const absent = this.#longestFirst.find((from) => !this.#found.has(from));
    return absent === undefined ? null : Buffer.from(absent, "latin1").toString("utf8");
  }

  /** The bytes as they are afterwards. Of texts that begin at the same place the longest is replaced. */
  *of(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
    const [longest] = this.#longestFirst;
    let rest = "";
    for (const chunk of chunks) {
      const text = rest +
        Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1");
      // What begins behind this may go on in the next chunk.
      const { done, end } = this.#replace(text, text.length - longest.length);
      rest = text.slice(end);
      yield Buffer.from(done, "latin1");
    }
    yield Buffer.from(this.#replace(rest, rest.length).done, "latin1");
  }

  /** Replaces what begins at `last` at the latest. @returns the new text, and where it ends in the old one */
  #replace(text: string, last: number): { done: string; end: number } {
    const pattern = new RegExp(
      this.#longestFirst.map((from) => from.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"),
      "g",
    );
    const pieces: string[] = [];
    let end = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      if (match.index > last) break;
      const [from] = match;
      this.#found.add(from);
      pieces.push(text.slice(end, match.index), this.#wanted.get(from) ?? from);
      end = match.index + from.length;
    }
    const upTo = Math.max(end, last + 1);
    pieces.push(text.slice(end, upTo));
    return { done: pieces.join(""), end: upTo };
  }
}

function asBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
