/** Takes bytes, gives them with the places of one root named as those of another.
 *
 * A **place** of a root is what every root has under the same name: an object (`<root>/store/obj/<name>`, whatever
 * follows the name) and a profile (`<root>/profile`, `<root>/users/<name>/profile`). Moving a text from one root to
 * another replaces `<root>` in front of these and nothing else; moving it back gives the same bytes. Any other path
 * below `<root>/store/` is **stray**: it means nothing in another root. So is a root as Windows writes it: who moves it
 * could not tell how to write the other one. */
import { Buffer } from "node:buffer";
import { LONGEST_NAME, objectAtStart } from "./names.ts";

/** The root that the canonical form of every object names, on every system. */
export const CANONICAL_ROOT = "/syslua";

const OBJECTS = "store/obj/";
const STORE = "store/";
const PROFILE = /^(users\/[A-Za-z0-9._-]{1,255}\/)?profile(?![A-Za-z0-9._-])/;
/** Bytes after `<root>/` that decide what it is. */
const AHEAD = OBJECTS.length + LONGEST_NAME + "/users//profile".length + 255;

/** What became of some bytes. */
export interface Moved {
  /** The new bytes, in order; views of the old ones where nothing was replaced. */
  readonly pieces: readonly Uint8Array[];
  /** How many of the old bytes these stand for. */
  readonly used: number;
  readonly places: number;
  readonly stray: boolean;
}

/** A way from one root to another. */
export class Relocation {
  /** Bytes that have to be seen together. */
  readonly overlap: number;
  readonly #needle: Buffer;
  readonly #to: Buffer;
  /** The store as Windows writes it, in several ways. */
  readonly #native: readonly Buffer[];
  /** For each byte at the end of a window how far the needle can be moved on. */
  readonly #skip: Uint8Array;

  constructor(readonly from: string, readonly to: string) {
    this.#needle = Buffer.from(`${from}/`);
    this.#to = Buffer.from(`${to}/`);
    this.#native = nativeSpellings(`${from}/store`);
    const longest = Math.max(...[this.#needle, ...this.#native].map(({ length }) => length));
    this.overlap = longest + AHEAD;
    const last = Math.min(this.#needle.length, 255);
    this.#skip = new Uint8Array(256).fill(last);
    for (let n = this.#needle.length - last; n < this.#needle.length - 1; n++) {
      this.#skip[this.#needle[n]] = this.#needle.length - 1 - n;
    }
  }

  /** Where `<root>/` is next, at or after a place; -1 for nowhere. The search is Horspool's: most bytes are never
   * looked at. */
  find(bytes: Uint8Array, start: number): number {
    const needle = this.#needle, skip = this.#skip;
    const length = needle.length, final = needle[length - 1];
    for (let end = start + length - 1; end < bytes.length; end += skip[bytes[end]]) {
      if (bytes[end] !== final) continue;
      let n = length - 2;
      while (n >= 0 && bytes[end - length + 1 + n] === needle[n]) n--;
      if (n < 0) return end - length + 1;
    }
    return -1;
  }

  /** Whether the root is named, in any way. */
  isNamedIn(bytes: Uint8Array): boolean {
    return this.find(bytes, 0) >= 0 || this.#isNative(bytes);
  }

  #isNative(bytes: Uint8Array): boolean {
    return this.#native.length > 0 &&
      this.#native.some((spelling) =>
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(spelling)
      );
  }

  /** Moves the places that begin before `limit`. Behind it lie `overlap` bytes, or there is nothing more. */
  move(bytes: Uint8Array, limit: number): Moved {
    const pieces: Uint8Array[] = [];
    let used = 0, places = 0, stray = this.#isNative(bytes);
    for (let at = this.find(bytes, 0); at >= 0 && at < limit;) {
      const after = at + this.#needle.length;
      const kind = kindOf(Buffer.from(bytes.subarray(after, after + AHEAD)).toString("latin1"));
      if (kind === "stray") stray = true;
      if (kind === "place") {
        places++;
        pieces.push(bytes.subarray(used, at), this.#to);
        used = after;
      }
      at = this.find(bytes, after);
    }
    const end = Math.max(used, limit);
    pieces.push(bytes.subarray(used, end));
    return { pieces, used: end, places, stray };
  }
}

/** What it is that follows `<root>/`. */
function kindOf(rest: string): "place" | "stray" | "nothing" {
  if (rest.startsWith(OBJECTS) && objectAtStart(rest.slice(OBJECTS.length)) !== null) {
    return "place";
  }
  if (PROFILE.test(rest)) return "place";
  return rest.startsWith(STORE) ? "stray" : "nothing";
}

/** How a path on a drive is written on Windows: with slashes of both kinds, and in a quoted text. */
function nativeSpellings(path: string): Buffer[] {
  const drive = /^\/([a-z])(?=\/)/.exec(path);
  if (drive === null) return [];
  const below = path.slice(2);
  return [drive[1], drive[1].toUpperCase()].flatMap((letter) =>
    ["/", "\\", "\\\\"].map((slash) => Buffer.from(`${letter}:${below.replaceAll("/", slash)}`))
  );
}
