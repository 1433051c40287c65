/** JSON: an object at the top, indented with tabs. It has no comments. */
import { badFile } from "../bad_file.ts";
import { decimalOf } from "../numbers.ts";
import { type Branch, elementsOf, entriesOf, type Leaf, type Node, textOf } from "../tree.ts";
import type { Format } from "./format.ts";
import { readJson } from "./json_reader.ts";
import { nested } from "./placement.ts";
import { decoded, encoded } from "./text.ts";

function parse(bytes: Uint8Array): Branch {
  const tree = readJson(decoded(bytes));
  if (tree.kind !== "branch") throw badFile("it is no JSON object at the top");
  return tree;
}

function emit(tree: Branch): Uint8Array {
  return encoded(`${jsonText(tree)}\n`);
}

export const json: Format = { parse, emit, parseSealed: parse, emitSealed: emit, ...nested };

/** A value as JSON. @param indent of the line that it begins in */
export function jsonText(node: Node, indent = ""): string {
  const inner = `${indent}\t`;
  const block = (open: string, parts: readonly string[], close: string) =>
    parts.length === 0
      ? open + close
      : `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${indent}${close}`;
  switch (node.kind) {
    case "null":
      return "null";
    case "leaf":
      return scalar(node);
    case "list":
      return block("[", elementsOf(node).map((item) => jsonText(item, inner)), "]");
    case "branch":
      return block(
        "{",
        entriesOf(node).map(({ key, value }) =>
          `${JSON.stringify(key)}: ${jsonText(value, inner)}`
        ),
        "}",
      );
  }
}

function scalar(value: Leaf): string {
  const text = textOf(value);
  if (text === null) throw badFile("a value that is no text in UTF-8 can't be written as JSON");
  if (value.type === "bool") return text.toLowerCase();
  if (value.type === "int") return text;
  if (value.type !== "float") return JSON.stringify(text);
  const number = decimalOf(text);
  if (number === null || !Number.isFinite(number)) {
    throw badFile("a number that is infinite, or none, can't be written as JSON");
  }
  return String(number);
}
