/** INI as sops has it: sections of texts. What stands before the first section is `DEFAULT`. The comment of a section is
 * the first in it, that of a key follows the key, as several lines in one. */
import { badFile } from "../bad_file.ts";
import {
  type Branch,
  branch,
  type Comment,
  comment,
  entriesOf,
  type Entry,
  entry,
  leaf,
} from "../tree.ts";
import { plainText } from "./dotenv.ts";
import type { Format } from "./format.ts";
import { readValue, valueText } from "./ini_value.ts";
import { section } from "./placement.ts";
import { decoded, encoded, wrongAt } from "./text.ts";

const DEFAULT = "DEFAULT";

interface Section {
  readonly name: string;
  readonly items: (Entry | Comment)[];
}

function parse(bytes: Uint8Array): Branch {
  const lines = decoded(bytes).split(/\r?\n/);
  const sections: Section[] = [{ name: DEFAULT, items: [] }];
  let before: string[] = [];
  const comments = (more: string) => {
    const text = [...before, ...(more === "" ? [] : [more])].join("\n").trim()
      .replace(/^(;[; ]*|#[# ]*)/, "");
    before = [];
    return text === "" ? [] : [comment(text)];
  };
  for (let n = 0; n < lines.length;) {
    const line = lines[n].trimStart();
    if (line === "" || /^[#;]/.test(line)) {
      if (line !== "") before.push(line);
      n++;
    } else if (line.startsWith("[")) {
      const name = sectionName(line, n, sections);
      sections.push({ name, items: comments("") });
      n++;
    } else {
      const { items } = sections.at(-1)!;
      const { key, rest } = keyOf(line, n, items);
      const { value, comment: behind, next } = readValue(lines, n, rest);
      items.push(entry(key, leaf("str", value)), ...comments(behind));
      n = next;
    }
  }
  return branch(sections.map(({ name, items }) => entry(name, branch(items))));
}

function sectionName(line: string, n: number, known: readonly Section[]): string {
  const end = line.lastIndexOf("]");
  if (end < 0) throw wrongAt(n + 1, "the ] of a section is missing");
  const name = line.slice(1, end);
  if (known.some((one) => one.name === name)) {
    throw wrongAt(n + 1, `the section ${JSON.stringify(name)} is there twice`);
  }
  return name;
}

function keyOf(line: string, n: number, items: Section["items"]) {
  const quote = /^("""|"|`)/.exec(line)?.[0];
  const close = quote === undefined ? 0 : line.indexOf(quote, quote.length);
  const at = close < 0 ? -1 : line.slice(close).search(/[=:]/) + close;
  if (at < close || at < 1) {
    throw wrongAt(n + 1, "it is neither a section, nor key = value, nor a comment");
  }
  const named = quote === undefined ? line.slice(0, at) : line.slice(quote.length, close);
  const key = named.trim();
  if (items.some((item) => item.kind === "entry" && item.key === key)) {
    throw wrongAt(n + 1, `the key ${JSON.stringify(key)} is there twice`);
  }
  return { key, rest: line.slice(at + 1) };
}

function emit(tree: Branch): Uint8Array {
  const sections = entriesOf(tree).map(({ key, value }, n) => {
    if (value.kind !== "branch") {
      throw badFile(`${JSON.stringify(key)} is in no section, which INI has all values in`);
    }
    if (n > 0 && key === DEFAULT) throw badFile(`the section ${DEFAULT} is not the first`);
    if (/[\]\n]/.test(key)) {
      throw badFile(`the section ${JSON.stringify(key)} can't be written as INI`);
    }
    return sectionText(n === 0 && key === DEFAULT ? null : key, value);
  });
  return encoded(sections.filter((text) => text !== "").join("\n"));
}

function sectionText(name: string | null, { items }: Branch): string {
  const own = items[0]?.kind === "comment" ? items[0] : null;
  const lines = own === null ? [] : commentLines(own);
  if (name !== null) lines.push(`[${name}]`);
  const width = Math.max(0, ...entriesOf(branch(items)).map(({ key }) => keyText(key).length));
  for (let n = own === null ? 0 : 1; n < items.length; n++) {
    const item = items[n];
    if (item.kind === "comment") continue;
    // Of several comments of a key its last one counts, as sops has it.
    for (let at = n + 1, next = items[at]; next?.kind === "comment"; next = items[++at]) {
      if (items[at + 1]?.kind !== "comment") lines.push(...commentLines(next));
    }
    const value = valueText(plainText(item.value, item.key), item.key);
    lines.push(`${keyText(item.key).padEnd(width)} = ${value}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function commentLines({ text }: Comment): string[] {
  return text.split("\n").map((line) => /^[#;]/.test(line) ? line : `; ${line.trim()}`);
}

function keyText(key: string): string {
  if (/["=:]/.test(key)) return `\`${key}\``;
  if (key.includes("`")) return `"""${key}"""`;
  if (key === "" || key !== key.trim() || /^[[#;]|\n/.test(key) || key === "-") {
    throw badFile(`the key ${JSON.stringify(key)} can't be written as INI`);
  }
  return key;
}

export const ini: Format = { parse, emit, parseSealed: parse, emitSealed: emit, ...section };
