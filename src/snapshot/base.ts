/** What many snapshots share: `snapshots/<hash>.base`, named by the SHA-256 of its text (hex).
 *
 *     {"version":1,
 *     "paths":[
 *     {"path":"/home/maria/.vimrc", …},
 *     …
 *     ],
 *     "runs":[
 *     …
 *     ]}
 *
 * Each list of `LISTS`, an entry on each line. A snapshot that names it says what is different. It never changes. What
 * no snapshot names any more is removed by gc, and by whatever undoes the apply that wrote it.
 *
 * `snapshots/<hash>.spare` is the same once more: many snapshots would be lost with one file. It is read where the base
 * can't be, and `repair` makes each from the other. It is not flushed: a power cut may take it, and not the base. */
import { join } from "node:path/posix";
import { sha256Hex } from "../digest.ts";
import type { ReadFs } from "../system/fs.ts";
import { Damage, type Lines, mapLists } from "./edits.ts";
import { LISTS, type Lists } from "./lists.ts";
import { whyNoFile } from "./no_file.ts";

/** The name of a base: 64 hex digits. */
export type BaseHash = string & { readonly __brand: "BaseHash" };

/** How the names of a base's files end. */
const END = ".base";
const SPARE = ".spare";
const NAME = /^[0-9a-f]{64}$/;

export function isBaseHash(text: string): text is BaseHash {
  return NAME.test(text);
}

/** The base that a name in `snapshots/` is of; null where it is none. */
export function baseNamed(name: string): BaseHash | null {
  const hash = name.endsWith(END) ? name.slice(0, -END.length) : "";
  return isBaseHash(hash) ? hash : null;
}

/** `<root>/snapshots/<hash>.base`. */
export function basePath(root: string, hash: BaseHash): string {
  return join(root, "snapshots", `${hash}${END}`);
}

/** `<root>/snapshots/<hash>.spare`. */
export function sparePath(root: string, hash: BaseHash): string {
  return join(root, "snapshots", `${hash}${SPARE}`);
}

/** The base that a name in `snapshots/` is of, or is the spare of; null where it is neither. */
export function sharedNamed(name: string): BaseHash | null {
  return baseNamed(name.endsWith(SPARE) ? `${name.slice(0, -SPARE.length)}${END}` : name);
}

/** A base as text, in parts: they can be gone through more than once. */
export function formatBase(lines: Lines): Iterable<string> {
  return { [Symbol.iterator]: () => partsOf(lines) };
}

function* partsOf(lines: Lines): Generator<string, void> {
  yield '{"version":1';
  for (const name of LISTS) {
    yield `,\n"${name}":[\n`;
    let between = "";
    for (const line of lines[name]) {
      yield between + line;
      between = ",\n";
    }
    yield lines[name].length === 0 ? "]" : "\n]";
  }
  yield "}\n";
}

/** The texts of its entries. */
export function linesOfBase(text: string): Lines {
  const found = new Map<string, string[]>();
  let list: string[] = [];
  for (const line of text.split("\n").slice(1)) {
    // No entry ends with an open bracket, and none begins with a closed one.
    if (line.endsWith("[")) found.set(JSON.parse(line.slice(0, -2)), list = []);
    else if (line !== "" && !line.startsWith("]")) {
      list.push(line.endsWith(",") ? line.slice(0, -1) : line);
    }
  }
  return mapLists((name) => found.get(name) ?? []);
}

/** A base that was read: its entries, and their texts. */
export class Base {
  #lists: Lists | null = null;
  #lines: Lines | null = null;

  constructor(readonly hash: BaseHash, readonly text: string) {}

  get lists(): Lists {
    if (this.#lists !== null) return this.#lists;
    const value = JSON.parse(this.text) as Partial<Lists>;
    return this.#lists = mapLists((name) => value[name] ?? []) as unknown as Lists;
  }

  get lines(): Lines {
    return this.#lines ??= linesOfBase(this.text);
  }
}

/** Reads bases, and keeps the last one: snapshots that follow each other have the same, as a rule. */
export class Bases {
  #last: Base | null = null;

  constructor(private readonly fs: ReadFs, private readonly root: string) {}

  /** @throws Damage when neither it nor its spare is what its name says */
  read(hash: BaseHash): Base {
    if (this.#last?.hash === hash) return this.#last;
    return this.#last = new Base(hash, this.#text(hash));
  }

  #text(hash: BaseHash): string {
    try {
      return textOf(this.fs, basePath(this.root, hash), hash);
    } catch (thrown) {
      const spare = thrown instanceof Damage
        ? wholeText(this.fs, sparePath(this.root, hash), hash)
        : null;
      if (spare === null) throw thrown;
      return spare;
    }
  }
}

/** What a base or its spare says; null where it is not what its name says. */
export function wholeText(fs: ReadFs, path: string, hash: BaseHash): string | null {
  try {
    return textOf(fs, path, hash);
  } catch (thrown) {
    if (thrown instanceof Damage) return null;
    throw thrown;
  }
}

function textOf(fs: ReadFs, path: string, hash: BaseHash): string {
  const damage = (why: string) => new Damage(`${path}, which it shares with others, ${why}`);
  const why = whyNoFile(fs, path);
  if (why !== null) throw damage(why);
  const bytes = fs.readFile(path);
  if (sha256Hex(bytes) !== hash) throw damage("has changed");
  return new TextDecoder().decode(bytes);
}
