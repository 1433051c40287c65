/** Writes a tree as YAML: blocks indented by four, comments in lines of their own before what they precede. */
import { badFile } from "../bad_file.ts";
import type { Branch, Comment, List, Node } from "../tree.ts";
import { inlineText, scalarLines } from "./yaml_scalar.ts";

const INDENT = 4;
/** Bytes of a key, at most, that readers take for one. */
const LONGEST_KEY = 1000;

/** The lines of a map, without indentation. @param indent of what lies in it */
export function mapLines({ items }: Branch, indent = INDENT): string[] {
  return items.flatMap((item, n) => {
    if (item.kind === "comment") return isBehind(items, n) ? [] : [`#${item.text}`];
    const [first, ...rest] = valueLines(item.value, indent);
    return [`${keyText(item.key)}:${first}${behind(items, n, rest)}`, ...rest];
  });
}

function listLines({ items }: List): string[] {
  return items.flatMap((item, n) => {
    if (item.kind === "comment") return isBehind(items, n) ? [] : [`#${item.text}`];
    const nested = item.kind === "branch"
      ? mapLines(item, 2)
      : item.kind === "list"
      ? listLines(item)
      : [];
    if (nested.length > 0 && !nested[0].startsWith("#")) {
      return [`- ${nested[0]}`, ...indented(nested.slice(1), 2)];
    }
    const [first, ...rest] = valueLines(item, INDENT);
    return [`-${first}${behind(items, n, rest)}`, ...rest];
  });
}

/** The end of the line that a value begins in, and the lines below it. */
function valueLines(value: Node, indent: number): string[] {
  if (value.kind !== "branch" && value.kind !== "list") {
    const [first, ...rest] = scalarLines(value);
    return [` ${first}`, ...indented(rest, indent)];
  }
  const holds = value.items.some(({ kind }) => kind !== "comment");
  const lines = value.kind === "branch" ? mapLines(value) : listLines(value);
  if (!holds) return [value.kind === "branch" ? " {}" : " []", ...indented(lines, indent)];
  return ["", ...indented(lines, indent)];
}

function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => line === "" ? "" : " ".repeat(by) + line);
}

type Items = readonly (Comment | { readonly kind: string })[];

/** Whether a comment is written behind the value that follows it. */
function isBehind(items: Items, n: number): boolean {
  const comment = items[n];
  return comment.kind === "comment" && (comment as Comment).inline &&
    ["leaf", "null", "entry"].includes(items[n + 1]?.kind) && isScalar(items[n + 1]);
}

function isScalar(item: { readonly kind: string; readonly value?: Node }): boolean {
  const value = item.value ?? item;
  return value.kind === "null" || value.kind === "leaf" && scalarLines(value as never).length === 1;
}

function behind(items: Items, n: number, rest: readonly string[]): string {
  if (n === 0 || rest.length > 0 || !isBehind(items, n - 1)) return "";
  return ` #${(items[n - 1] as Comment).text}`;
}

function keyText(key: string): string {
  const text = inlineText(key);
  if (new TextEncoder().encode(text).length <= LONGEST_KEY) return text;
  throw badFile("a key is too long for YAML");
}
