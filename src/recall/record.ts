/** A command that has changed nothing, as a file: what it was, what it looked at, what it said.
 *
 *     sys recall 2 <checksum of all that follows>
 *     <key>                                    which command, as JSON
 *     <code> <its output>                      as JSON
 *     if2 dir 70112 1790000000 4096 2049⇥/home/maria    the next two are not needed while this is so
 *     is link 81237 1790000000 30 2049⇥/home/maria/.vimrc    a look: what, what it told, of what
 *     is link 81238 1790000000 31 2049⇥⇥.bashrc              of another entry of that folder
 *     … */
import { crc32 } from "node:zlib";
import type { LookKind } from "./looks.ts";

/** What a command wrote, in order. */
export type Output = readonly (readonly [stream: "out" | "err", text: string])[];

/** One look. */
export interface Look {
  readonly kind: LookKind;
  readonly name: string;
  /** Without a line break or a tab. */
  readonly answer: string;
  /** Of an `if`: how many looks come next that are not needed while its answer is the same. */
  readonly covers?: number;
}

/** What is remembered of a command. */
export interface CommandRecord {
  readonly key: string;
  readonly code: number;
  readonly output: Output;
  readonly looks: readonly Look[];
}

const FORM = "sys recall 2";
const NEWLINE = 10, TAB = 9;

/** A record that is read. */
export interface ReadRecord extends Omit<CommandRecord, "looks"> {
  readonly looks: LookReader;
}

/** Gives looks one by one. */
export interface LookReader {
  /** Null after the last one. */
  next(): Look | null;
  /** Leaves out so many. */
  skip(count: number): void;
}

/** All that are left. */
export function allLooks(reader: LookReader): Look[] {
  const looks: Look[] = [];
  for (let look = reader.next(); look !== null; look = reader.next()) looks.push(look);
  return looks;
}

/** The record as a file's content. */
export function formatRecord({ key, code, output, looks }: CommandRecord): Uint8Array {
  const lines = [JSON.stringify(key), JSON.stringify([code, output])];
  let folder = "";
  let covered = 0;
  for (const { kind, name, answer, covers } of looks) {
    // Who skips what is covered has not seen its folder.
    if (covered-- === 0) folder = "";
    if (covers !== undefined) covered = covers;
    const end = name.lastIndexOf("/") + 1;
    const same = end > 0 && name.slice(0, end) === folder;
    if (end > 0) folder = name.slice(0, end);
    const what = covers === undefined ? kind : `${kind}${covers}`;
    lines.push(`${what} ${answer}\t${same ? `\t${name.slice(end)}` : name}`);
  }
  const encoder = new TextEncoder();
  const body = encoder.encode(lines.join("\n"));
  const head = encoder.encode(`${FORM} ${checksum(body)}\n`);
  const whole = new Uint8Array(head.length + body.length);
  whole.set(head);
  whole.set(body, head.length);
  return whole;
}

/** What a file's content records; null where it is damaged, or about another command. */
export function parseRecord(content: Uint8Array, key: string): ReadRecord | null {
  const end = content.indexOf(NEWLINE);
  const body = content.subarray(end + 1);
  const decoder = new TextDecoder();
  const head = decoder.decode(content.subarray(0, Math.max(0, end)));
  if (head !== `${FORM} ${checksum(body)}`) return null;
  const lines = decoder.decode(body).split("\n");
  if (lines[0] !== JSON.stringify(key)) return null;
  const [code, output] = JSON.parse(lines[1]) as [number, Output];
  return { key, code, output, looks: new Looks(lines) };
}

/** Looks as they are read: one that is covered by another is not, as long as nobody asks for it. */
class Looks implements LookReader {
  readonly #lines: readonly string[];
  #next = 2;
  #folder = "";

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  next(): Look | null {
    if (this.#next === this.#lines.length) return null;
    const line = this.#lines[this.#next++];
    const space = line.indexOf(" ");
    const tab = line.indexOf("\t", space);
    const isIn = line.charCodeAt(tab + 1) === TAB;
    const name = isIn ? this.#folder + line.slice(tab + 2) : line.slice(tab + 1);
    if (!isIn && line.includes("/", tab)) this.#folder = name.slice(0, name.lastIndexOf("/") + 1);
    const what = line.slice(0, space);
    const answer = line.slice(space + 1, tab);
    if (!what.startsWith("if")) return { kind: what as LookKind, name, answer };
    return { kind: "if", name, answer, covers: Number(what.slice(2)) };
  }

  skip(count: number): void {
    this.#next += count;
  }
}

/** Tells damage: a write that was cut off, blocks that a power cut has left empty. */
function checksum(body: Uint8Array): string {
  return `${body.length} ${crc32(body).toString(16)}`;
}
