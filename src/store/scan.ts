/** Takes bytes that pass by, finds the hash parts of objects in them, and puts others in their writer. */
import { Buffer } from "node:buffer";
import type { NarFilter } from "./nar.ts";

/** A hash that stands for a path which is not yet known, and what takes its writer. */
export interface Replacement {
  /** `<name>-<version>`: a path `tmp/<stem>-<from>` becomes `obj/<stem>-<to>`, with the slashes of any system. */
  readonly stem: string;
  /** 32 characters each. */
  readonly from: string;
  readonly to: string;
}

/** Characters of a hash part, and of the window in which one is looked for. */
const LENGTH = 32;
/** Value of each byte as a digit of Nix's base32, -1 for the others. */
const DIGITS = new Int8Array(256).fill(-1);
for (const [value, digit] of [..."0123456789abcdfghijklmnpqrsvwxyz"].entries()) {
  DIGITS[digit.charCodeAt(0)] = value;
}

/**
 * Finds hash parts in a stream that it sees through overlapping windows. A hash part is found wherever it
 * occurs, not only in a path: programs store paths in pieces.
 *
 * The search is Nix's: of each 32 bytes the last is looked at first, and a byte that is no digit rules out all
 * windows that contain it, so that most bytes are never looked at.
 */
export class HashScan implements NarFilter {
  readonly overlap: number;
  /** The wanted hash parts that have occurred. */
  readonly found = new Set<string>();
  /** How many times something was replaced. */
  replaced = 0;

  readonly #counts = new Map<string, number>();
  readonly #wanted = new Set<string>();
  readonly #replacements = new Map<string, Replacement>();
  /** By the first three digits of a hash part: whether one with that beginning is looked for. */
  readonly #beginnings = new Uint8Array(1 << 15);

  /** `wanted` hash parts are noted; those of `replacements` are noted and replaced. */
  constructor(wanted: Iterable<string>, replacements: Iterable<Replacement> = []) {
    for (const hash of wanted) this.#expect(hash);
    let lookBehind = 0;
    for (const replacement of replacements) {
      this.#expect(replacement.from);
      this.#replacements.set(replacement.from, replacement);
      lookBehind = Math.max(lookBehind, "tmp\\\\-".length + replacement.stem.length);
    }
    this.overlap = this.#wanted.size === 0 ? 0 : LENGTH - 1 + lookBehind;
  }

  #expect(hash: string) {
    this.#wanted.add(hash);
    this.#beginnings[beginning(Buffer.from(hash, "latin1"), 0)] = 1;
  }

  /** How many times a hash part was replaced. */
  count(from: string): number {
    return this.#counts.get(from) ?? 0;
  }

  see(window: Uint8Array): void {
    if (this.#wanted.size === 0) return;
    // A window [last - 31, last] is known to consist of digits up to and without `last` when the one before did.
    let known = false;
    for (let last = LENGTH - 1; last < window.length;) {
      const from = known ? last : last - LENGTH + 1;
      let at = last;
      while (at >= from && DIGITS[window[at]] >= 0) at--;
      if (at >= from) {
        last = at + LENGTH;
        known = false;
        continue;
      }
      const start = last - LENGTH + 1;
      known = true;
      last++;
      if (this.#beginnings[beginning(window, start)] === 0) continue;
      const hash = latin1(window, start, start + LENGTH);
      if (!this.#wanted.has(hash)) continue;
      this.found.add(hash);
      const replacement = this.#replacements.get(hash);
      if (replacement) {
        this.#replace(window, start, replacement);
        last = start + 2 * LENGTH - 1;
        known = false;
      }
    }
  }

  #replace(window: Uint8Array, start: number, { stem, from, to }: Replacement) {
    write(window, start, to);
    this.replaced++;
    this.#counts.set(from, this.count(from) + 1);
    for (const slash of SLASHES) {
      const before = `tmp${slash}${stem}-`;
      const folder = start - before.length;
      if (folder >= 0 && latin1(window, folder, start) === before) write(window, folder, "obj");
    }
  }
}

/** Between parts of a path, also in a quoted text. */
const SLASHES = ["/", "\\", "\\\\"];

/** Applies replacements to a text. */
export function replaceInText(text: string, replacements: Iterable<Replacement>): string {
  for (const { stem, from, to } of replacements) {
    for (const slash of SLASHES) {
      text = text.replaceAll(`tmp${slash}${stem}-${from}`, `obj${slash}${stem}-${to}`);
    }
    text = text.replaceAll(from, to);
  }
  return text;
}

function beginning(bytes: Uint8Array, at: number): number {
  return (DIGITS[bytes[at]] << 10) | (DIGITS[bytes[at + 1]] << 5) | DIGITS[bytes[at + 2]];
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

function write(bytes: Uint8Array, at: number, text: string) {
  for (let n = 0; n < text.length; n++) bytes[at + n] = text.charCodeAt(n);
}
