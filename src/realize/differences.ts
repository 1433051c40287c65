/** Takes two trees that should be the same, gives a line for each thing that is not. */
import { Buffer } from "node:buffer";
import { join } from "node:path";
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
  const offset = firstDifference(fs, a, b, at);
  return offset === null ? [] : [`${shown} differs at byte ${offset}`];
}

function neutral(text: string, { hashes }: Side): string {
  return hashes.reduce((left, hash) => left.replaceAll(hash, "0".repeat(hash.length)), text);
}

/** Offset of the first byte that differs, null when none does. */
function firstDifference(fs: ReadFs, a: Side, b: Side, at: string): number | null {
  const [one, two] = [a, b].map((side) => windows(fs, side, at));
  for (let offset = 0;;) {
    const [x, y] = [one.next(), two.next()];
    if (x.done && y.done) return null;
    if (x.done || y.done) return offset;
    const [left, right] = [x.value, y.value];
    const length = Math.min(left.length, right.length);
    for (let n = 0; n < length; n++) if (left[n] !== right[n]) return offset + n;
    if (left.length !== right.length) return offset + length;
    offset += length;
  }
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
