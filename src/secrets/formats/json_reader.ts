/** Reads JSON with all keys in their order, each once, and whole numbers whole. Says where it ends to be JSON, and
 * nothing of what it holds. */
import { decimalOf, decimalText, wholeText } from "../numbers.ts";
import { type Branch, branch, type Entry, entry, leaf, list, type Node, NULL } from "../tree.ts";
import { DEEPEST } from "../walk.ts";
import { wrongAt } from "./text.ts";

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

/** @throws SysError with the line */
export function readJson(text: string): Node {
  return new Reader(text).whole();
}

class Reader {
  #at = 0;
  constructor(readonly text: string) {}

  whole(): Node {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.text.length) throw this.#wrong("nothing can follow here");
    return value;
  }

  #value(depth: number): Node {
    if (depth > DEEPEST) throw this.#wrong(`more than ${DEEPEST} values lie in each other`);
    this.#space();
    const next = this.text[this.#at];
    if (next === "{") return this.#object(depth);
    if (next === "[") return this.#array(depth);
    if (next === '"') return leaf("str", this.#string());
    return this.#word() ?? this.#number();
  }

  #object(depth: number): Branch {
    const entries: Entry[] = [];
    const seen = new Set<string>();
    this.#each("}", () => {
      this.#space();
      const key = this.#string();
      if (seen.has(key)) throw this.#wrong(`the key ${JSON.stringify(key)} is there twice`);
      seen.add(key);
      this.#space();
      if (!this.#skip(":")) throw this.#wrong("a colon is missing behind a key");
      entries.push(entry(key, this.#value(depth + 1)));
    });
    return branch(entries);
  }

  #array(depth: number): Node {
    const items: Node[] = [];
    this.#each("]", () => void items.push(this.#value(depth + 1)));
    return list(items);
  }

  #each(end: string, item: () => void): void {
    this.#at++;
    this.#space();
    if (this.#skip(end)) return;
    for (;;) {
      item();
      this.#space();
      if (this.#skip(end)) return;
      if (!this.#skip(",")) throw this.#wrong(`a comma or ${end} is missing`);
    }
  }

  #string(): string {
    const end = this.#endOfString();
    const text = end < 0 ? null : parsed(this.text.slice(this.#at, end));
    if (text === null) throw this.#wrong("a text in double quotes is missing, or not ended");
    if (!text.isWellFormed()) throw this.#wrong("a text has half a character");
    this.#at = end;
    return text;
  }

  /** Where the text that begins here ends; -1 where none begins or ends. An expression would go back through all of a long
   * one, for which it has no memory. */
  #endOfString(): number {
    if (this.text[this.#at] !== '"') return -1;
    for (let end = this.#at;;) {
      end = this.text.indexOf('"', end + 1);
      if (end < 0) return -1;
      let backslashes = 0;
      while (this.text[end - 1 - backslashes] === "\\") backslashes++;
      if (backslashes % 2 === 0) return end + 1;
    }
  }

  #word(): Node | null {
    const found = this.#match(WORD);
    if (found === null) return null;
    return found === "null" ? NULL : leaf("bool", found === "true" ? "True" : "False");
  }

  #number(): Node {
    const found = this.#match(NUMBER);
    if (found === null) throw this.#wrong("a value is missing, or is none");
    const whole = /^-?\d+$/.test(found) ? wholeText(BigInt(found)) : null;
    if (whole !== null) return leaf("int", whole);
    return leaf("float", decimalText(decimalOf(found) ?? NaN));
  }

  #space(): void {
    this.#match(SPACE);
  }

  #skip(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(expression: RegExp): string | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #wrong(what: string) {
    return wrongAt(this.text.slice(0, this.#at).split("\n").length, what);
  }
}

/** What a text in quotes means; null where it is none. The reason would hold parts of it. */
function parsed(quoted: string): string | null {
  try {
    return JSON.parse(quoted);
  } catch {
    return null;
  }
}
