/** dotenv as sops has it: `KEY=value` in a line, `#` at its beginning for comments, nothing quoted; `\n` is the end of a
 * line in a value. */
import { badFile } from "../bad_file.ts";
import { floatLiteral } from "../numbers.ts";
import { type Branch, branch, comment, entry, leaf, type Node, textOf } from "../tree.ts";
import type { Format } from "./format.ts";
import { prefixed } from "./placement.ts";
import { decoded, encoded, wrongAt } from "./text.ts";

function parse(bytes: Uint8Array): Branch {
  const seen = new Set<string>();
  const items = decoded(bytes).split("\n").flatMap((line, n): Branch["items"] => {
    if (line === "") return [];
    if (line.startsWith("#")) return [comment(line.slice(1))];
    const at = line.indexOf("=");
    if (at < 0) throw wrongAt(n + 1, "it is neither KEY=value nor a comment that begins with #");
    const key = line.slice(0, at);
    if (seen.has(key)) throw wrongAt(n + 1, `the key ${JSON.stringify(key)} is there twice`);
    seen.add(key);
    return [entry(key, leaf("str", line.slice(at + 1).replaceAll("\\n", "\n")))];
  });
  return branch(items);
}

function emit(tree: Branch): Uint8Array {
  const lines = tree.items.map((item) =>
    item.kind === "comment" ? `#${item.text}\n` : `${item.key}=${valueText(item.key, item.value)}\n`
  );
  return encoded(lines.join(""));
}

export const dotenv: Format = { parse, emit, parseSealed: parse, emitSealed: emit, ...prefixed };

function valueText(key: string, value: Node): string {
  const fits = !/[=\n]/.test(key) && !key.startsWith("#") && key !== "";
  if (!fits) throw badFile(`the key ${JSON.stringify(key)} can't be written as dotenv`);
  return plainText(value, key).replaceAll("\n", "\\n");
}

/** A value where the format has texts only.
 * @throws SysError where it is a map or a list */
export function plainText(value: Node, key: string): string {
  if (value.kind === "null") return "";
  const text = value.kind === "leaf" ? textOf(value) : null;
  if (value.kind !== "leaf" || text === null) {
    throw badFile(`the value of ${JSON.stringify(key)} is no text, and the format has only texts`);
  }
  if (value.type === "bool") return text.toLowerCase();
  return value.type === "float" ? floatLiteral(text) : text;
}
