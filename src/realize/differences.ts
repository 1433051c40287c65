/** Takes two trees that should be the same, gives a line for each thing that is not. */
import { Buffer } from "node:buffer";
import { join } from "node:path/posix";
import type { ReadFs } from "../system/mod.ts";
import { readChunks } from "../system/contents.ts";

/** A tree, and the hashes in it that stand for itself. */
export interface Side {
  readonly path: string;
  readonly hashes: readonly string[];
}

/** What differs, by path below the top. Each side's own hashes count as the other's. */
export function differences(fs: ReadFs, a: Side, b: Side, at = ""): string[] {
  const [first, second] = [a, b].map(({ path }) => fs.lstat(join(path, at)));
  const shown = at === "" ? "the output itself" : at;
  if (first === null || second === null) {
    return [`${shown} is only in the ${first === null ? "second" : "first"} build`];
  }
  if (first.kind !== second.kind) return [`${shown} is a ${first.kind}, then a ${second.kind}`];
  if (first.kind === "dir") {
    const [one, two] = [a, b].map(({ path }) => fs.readDir(join(path, at)));
    const names = [...new Set([...one, ...two])].sort();
    return names.flatMap((name) => differences(fs, a, b, at === "" ? name : `${at}/${name}`));
  }
  if (first.kind === "link") {
    const [one, two] = [a, b].map((side) => neutral(fs.readLink(join(side.path, at)), side));
    return one === two ? [] : [`${shown} leads to ${one}, then to ${two}`];
  }
  if ((first.mode & 0o111) !== (second.mode & 0o111)) {
    return [`${shown} can be executed in one build only`];
  }
  const found = firstDifference(fs, a, b, at);
  return found === null ? [] : [`${shown} differs ${inWords(found)}`];
}

function neutral(text: string, { hashes }: Side): string {
  return hashes.reduce((left, hash) => left.replaceAll(hash, "0".repeat(hash.length)), text);
}

/** Where two files begin to differ. */
interface Difference {
  /** In bytes. */
  readonly offset: number;
  /** Counted from 1. */
  readonly line: number;
  /** Each file's line there, or some bytes of it. */
  readonly lines: readonly [Uint8Array, Uint8Array];
  /** Each file's bytes from there. */
  readonly bytes: readonly [Uint8Array, Uint8Array];
}

/** Bytes that are shown of what is no text. */
const SHOWN = 8;
/** Characters that are shown of a line, on either side of the difference. */
const AROUND = 40;
const NEWLINE = 10;

/** The first byte that differs; null when none does. */
function firstDifference(fs: ReadFs, a: Side, b: Side, at: string): Difference | null {
  const [one, two] = [a, b].map((side) => windows(fs, side, at));
  const nothing = new Uint8Array();
  for (let offset = 0, line = 1;;) {
    const [x, y] = [one.next(), two.next()];
    if (x.done && y.done) return null;
    const [left, right] = [x.value ?? nothing, y.value ?? nothing];
    const length = Math.min(left.length, right.length);
    let n = 0;
    while (n < length && left[n] === right[n]) if (left[n++] === NEWLINE) line++;
    if (n < length || left.length !== right.length) {
      return {
        offset: offset + n,
        line,
        lines: [lineAround(left, n), lineAround(right, n)],
        bytes: [left.slice(n, n + SHOWN), right.slice(n, n + SHOWN)],
      };
    }
    offset += length;
  }
}

function lineAround(window: Uint8Array, at: number): Uint8Array {
  const from = Math.max(window.lastIndexOf(NEWLINE, at - 1) + 1, at - AROUND, 0);
  const end = window.indexOf(NEWLINE, at);
  return window.slice(at === 0 ? 0 : from, Math.min(end < 0 ? window.length : end, at + AROUND));
}

/** The lines of texts, bytes of everything else. */
function inWords({ offset, line, lines, bytes }: Difference): string {
  const texts = lines.map(textOf);
  if (texts.every((text) => text !== null)) {
    const [one, two] = texts.map((text) => JSON.stringify(text));
    return `at byte ${offset}, in line ${line}: ${one}, then ${two}`;
  }
  const [one, two] = bytes.map((some) => some.length === 0 ? "its end" : hex(some));
  return `at byte ${offset}: ${one}, then ${two}`;
}

/** Null for what is no text. A character may have been cut at either end. */
function textOf(bytes: Uint8Array): string | null {
  const text = new TextDecoder().decode(bytes).replace(/^\ufffd{1,3}|\ufffd{1,3}$/g, "");
  // deno-lint-ignore no-control-regex -- these are what texts do not have
  return /[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]/.test(text) ? null : text;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** Bytes that are looked at at once. */
const WINDOW = 1 << 20;

/** A file in windows of equal size with its own hashes as zeroes, also those that lie across an edge. */
function* windows(fs: ReadFs, { path, hashes }: Side, at: string): Generator<Uint8Array> {
  let open = Buffer.alloc(0);
  const zeroed = () => {
    for (const hash of hashes) {
      for (let n = open.indexOf(hash); n >= 0; n = open.indexOf(hash, n + hash.length)) {
        open.fill("0", n, n + hash.length);
      }
    }
  };
  for (const chunk of readChunks(fs, join(path, at), WINDOW)) {
    open = Buffer.concat([open, chunk]);
    zeroed();
    while (open.length >= WINDOW + 64) {
      yield open.subarray(0, WINDOW);
      open = Buffer.from(open.subarray(WINDOW));
    }
  }
  yield open;
}
