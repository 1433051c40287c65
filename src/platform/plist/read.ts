/** Takes an XML property list, gives its value. Strict: what Apple's PropertyList-1.0.dtd does not know is an error,
 * and so is what could not be written back as it was. */
import { SysError } from "../../errors.ts";
import { type Plist, UID_KEY } from "./plist.ts";
import { readScalar } from "./scalar.ts";

/** @throws SysError of kind "activation" with the offset at which it is none */
export function readPlist(text: string): Plist {
  const reader = new Reader(text);
  reader.prolog();
  const root = reader.tag();
  if (root.name !== "plist" || root.kind !== "open") throw reader.wrong("there is no <plist>");
  const value = reader.value(reader.tag(), 0);
  reader.close("plist");
  reader.end();
  return value;
}

interface Tag {
  readonly name: string;
  readonly kind: "open" | "close" | "empty";
}

/** Tables and lists within each other: more than any program writes, few enough for the stack. */
const DEEPEST = 512;

/** An element, its attributes (only `plist` has one, which is not looked at), or its end. */
const TAG = /<(\/?)([a-z]+)(?: version="[^"<]*")?\s*(\/?)>/y;
const BLANK = /(?:[ \t\r\n]+|<!--(?:(?!--)[^])*-->)*/y;
const XML = /<\?xml [^?<]*\?>/y;
const DOCTYPE = /<!DOCTYPE plist(?: [^<>[\]]*)?>/y;

class Reader {
  #at = 0;

  constructor(readonly text: string) {
    // The mark of UTF-8.
    if (text.startsWith("\ufeff")) this.#at = 1;
  }

  prolog(): void {
    this.#match(XML);
    this.#blank();
    this.#match(DOCTYPE);
  }

  /** The next element's, or end of one. */
  tag(): Tag {
    this.#blank();
    const found = this.#match(TAG);
    if (found === null) throw this.wrong("an element is missing");
    const [, close, name, empty] = found;
    if (close && empty) throw this.wrong("an element is missing");
    return { name, kind: close ? "close" : empty ? "empty" : "open" };
  }

  close(name: string): void {
    const found = this.tag();
    if (found.name !== name || found.kind !== "close") throw this.wrong(`</${name}> is missing`);
  }

  end(): void {
    this.#blank();
    if (this.#at < this.text.length) throw this.wrong("something follows");
  }

  value({ name, kind }: Tag, depth: number): Plist {
    if (kind === "close" || depth > DEEPEST) throw this.wrong("a value is missing");
    switch (name) {
      case "array":
        return kind === "empty" ? [] : this.#array(depth);
      case "dict":
        return kind === "empty" ? new Map() : this.#table(depth);
      case "true":
      case "false":
        if (kind === "open") this.close(name);
        return name === "true";
    }
    const content = kind === "empty" ? "" : this.#content(name);
    const value = readScalar(name, name === "string" ? content : content.trim());
    if (value === undefined) throw this.wrong(`<${name}>${content.slice(0, 40)} means nothing`);
    return value;
  }

  #array(depth: number): Plist[] {
    const found: Plist[] = [];
    for (;;) {
      const next = this.tag();
      if (next.name === "array" && next.kind === "close") return found;
      found.push(this.value(next, depth + 1));
    }
  }

  #table(depth: number): Map<string, Plist> {
    const found = new Map<string, Plist>();
    for (;;) {
      const next = this.tag();
      if (next.name === "dict" && next.kind === "close") return found;
      if (next.name !== "key" || next.kind === "close") throw this.wrong("a <key> is missing");
      const key = next.kind === "empty" ? "" : this.#content("key");
      if (key === UID_KEY) throw this.wrong("it refers to a part of an archive");
      if (found.has(key)) throw this.wrong(`the key ${key} is there twice`);
      found.set(key, this.value(this.tag(), depth + 1));
    }
  }

  /** What is in an element that has no others, and its end. */
  #content(name: string): string {
    const end = `</${name}`;
    let content = "";
    for (;;) {
      const next = this.text.indexOf("<", this.#at);
      if (next < 0) throw this.wrong(`${end}> is missing`);
      content += this.#unescaped(this.text.slice(this.#at, next));
      this.#at = next;
      if (!this.text.startsWith("<![CDATA[", next)) break;
      const closed = this.text.indexOf("]]>", next);
      if (closed < 0) throw this.wrong("]]> is missing");
      content += this.text.slice(next + 9, closed);
      this.#at = closed + 3;
    }
    this.close(name);
    return content;
  }

  #unescaped(text: string): string {
    if (!text.includes("&")) return text;
    return text.replace(/&([^;&]*);|&/g, (_, name: string | undefined) => {
      const character = name === undefined ? undefined : ENTITIES[name] ?? numbered(name);
      if (character === undefined) throw this.wrong(`&${name ?? ""} means nothing`);
      return character;
    });
  }

  wrong(why: string): SysError {
    return new SysError("activation", `Cannot read a property list: ${why} (at ${this.#at})`);
  }

  #blank(): void {
    this.#match(BLANK);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }
}

const ENTITIES: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function numbered(name: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name) ?? [];
  const code = hex !== undefined ? parseInt(hex, 16) : decimal !== undefined ? Number(decimal) : 0;
  const isHalf = code >= 0xd800 && code <= 0xdfff;
  return code === 0 || code > 0x10ffff || isHalf ? undefined : String.fromCodePoint(code);
}
