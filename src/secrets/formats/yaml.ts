/** YAML: one document, a map at the top. A comment belongs to the map or list whose indentation it has, as sops has it:
 * there its path is the one that it is encrypted with. */
import {
  type Branch,
  branch,
  type Comment,
  comment,
  entry,
  type Leaf,
  list,
  type Node,
  type Null,
} from "../tree.ts";
import type { Format } from "./format.ts";
import { nested } from "./placement.ts";
import { decoded, encoded } from "./text.ts";
import { type Block, type Item, readYaml, type YamlPackage } from "./yaml_reader.ts";
import { mapLines } from "./yaml_writer.ts";
import { badFile } from "../bad_file.ts";

interface Found {
  readonly text: string;
  readonly offset: number;
  readonly column: number;
  /** Whether something stands before it in its line. */
  readonly inline: boolean;
}

/** @param yaml the package, which is loaded only where a file is YAML */
export function yamlFormat(yaml: YamlPackage): Format {
  const parse = (bytes: Uint8Array) => parseText(yaml, decoded(bytes));
  return { parse, emit, parseSealed: parse, emitSealed: emit, ...nested };
}

function parseText(yaml: YamlPackage, text: string): Branch {
  try {
    const block = readYaml(yaml, text);
    const found = commentsIn(yaml, text);
    if (block === null) return branch(found.map((one) => comment(one.text)));
    giveComments(block, found);
    return treeOf(block) as Branch;
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw badFile("too many values lie in each other");
  }
}

/** A map as YAML. */
export function emit(tree: Branch): Uint8Array {
  const lines = mapLines(tree);
  const empty = tree.items.every(({ kind }) => kind === "comment");
  return encoded([...lines, ...(empty ? ["{}"] : [])].map((line) => `${line}\n`).join(""));
}

/** What the lexer says beside the text itself. */
// deno-lint-ignore no-control-regex
const CONTROL = /^[\x02\x18\x1f]$/;

function commentsIn({ Lexer }: YamlPackage, text: string): Found[] {
  const found: Found[] = [];
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (CONTROL.test(token)) continue;
    if (token.startsWith("#")) {
      const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
      const inline = line.trim() !== "";
      found.push({ text: token.slice(1).trimEnd(), offset, column: line.length, inline });
    }
    offset += token.length;
  }
  return found;
}

function giveComments(root: Block, found: readonly Found[]): void {
  const items = itemsBelow(root);
  let next = 0;
  for (const one of found) {
    while (next < items.length && items[next].offset < one.offset) next++;
    place(root, one, items[next - 1], items[next]);
  }
}

function itemsBelow({ items }: Block): Item[] {
  return items.flatMap((item) =>
    "items" in item.value ? [item, ...itemsBelow(item.value)] : [item]
  );
}

function place(root: Block, one: Found, before?: Item, after?: Item): void {
  if (one.inline && before !== undefined) {
    before.before.push(comment(one.text, !("items" in before.value)));
  } else if (after !== undefined && one.column <= after.block.column) {
    after.before.push(comment(one.text));
  } else {
    // Indented more than what follows, it ends the innermost block that it can.
    let block = before?.block ?? root;
    while (block.above !== null && block.column > one.column) block = block.above;
    block.after.push(comment(one.text));
  }
}

function treeOf(value: Block | Leaf | Null): Node {
  if (!("items" in value)) return value;
  const after: Comment[] = value.after;
  if (value.kind === "list") {
    return list([...value.items.flatMap((item) => [...item.before, treeOf(item.value)]), ...after]);
  }
  const items = value.items.flatMap((
    item,
  ) => [...item.before, entry(item.key, treeOf(item.value))]);
  return branch([...items, ...after]);
}
