/** Reads YAML as nested blocks with the place of each item, so that comments can be given to them. */
import type { CST, LineCounter, Pair, ParsedNode, Scalar } from "yaml";
import { badFile } from "../bad_file.ts";
import { type Comment, type Leaf, leaf, NULL, type Null } from "../tree.ts";
import { DEEPEST } from "../walk.ts";
import { wrongAt } from "./text.ts";
import { plainScalar, taggedScalar } from "./yaml_scalar.ts";

/** The package that reads YAML. */
export type YamlPackage = typeof import("yaml");

/** A map or a list while comments are sought for it. */
export interface Block {
  readonly kind: "branch" | "list";
  /** Where its items begin in their lines, from 0. */
  readonly column: number;
  readonly above: Block | null;
  readonly items: Item[];
  /** Comments behind its last item. */
  readonly after: Comment[];
}

/** An entry of a map, or an element of a list. */
export interface Item {
  readonly key: string;
  /** Of its first character in the text. */
  readonly offset: number;
  readonly block: Block;
  value: Block | Leaf | Null;
  readonly before: Comment[];
}

const WRONG: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "a key is there twice",
  TAB_AS_INDENT: "a tab is where only spaces can be",
  BAD_INDENT: "the indentation does not fit what is above",
  MISSING_CHAR: "a character is missing: a quote, a bracket, a comma or a colon",
  MULTILINE_IMPLICIT_KEY: "a key goes over several lines, or a colon is missing",
};

/** The map at the top; null where the text has only comments.
 * @throws SysError with the line */
export function readYaml(yaml: YamlPackage, text: string): Block | null {
  const lines = new yaml.LineCounter();
  const documents = yaml.parseAllDocuments(text, {
    schema: "failsafe",
    prettyErrors: false,
    keepSourceTokens: true,
    lineCounter: lines,
  });
  if (!Array.isArray(documents) || documents.length === 0) return null;
  for (const { errors: [wrong] } of documents) {
    if (wrong === undefined) continue;
    throw wrongAt(
      lines.linePos(wrong.pos[0]).line,
      WRONG[wrong.code] ?? `it is no YAML (${wrong.code})`,
    );
  }
  if (documents.length > 1) {
    throw badFile("it has several documents (---), and a file of secrets has one");
  }
  const { contents } = documents[0];
  if (contents === null || yaml.isScalar(contents) && contents.source === "") return null;
  if (!yaml.isMap(contents)) throw badFile("it is no map at the top");
  return new Reader(yaml, lines).block(contents as ParsedNode, null, 0) as Block;
}

class Reader {
  constructor(readonly yaml: YamlPackage, readonly lines: LineCounter) {}

  block(node: ParsedNode | null, above: Block | null, depth: number): Block | Leaf | Null {
    if (node === null) return NULL;
    if (depth > DEEPEST) throw this.#wrong(node, `more than ${DEEPEST} values lie in each other`);
    if (this.yaml.isAlias(node) || node.anchor !== undefined) {
      throw this.#wrong(node, "anchors (&) and aliases (*) can't be in a file of secrets");
    }
    if (this.yaml.isScalar(node)) return this.#scalar(node as Scalar.Parsed);
    const column = this.lines.linePos(node.range[0]).col - 1;
    const block: Block = {
      kind: this.yaml.isMap(node) ? "branch" : "list",
      column,
      above,
      items: [],
      after: [],
    };
    if (this.yaml.isMap(node)) {
      for (const pair of node.items) {
        this.#entry(pair as Pair<ParsedNode, ParsedNode>, block, depth);
      }
    } else if (this.yaml.isSeq(node)) {
      node.items.forEach((item, n) => {
        const offset = dashOf(node.srcToken, n) ?? (item as ParsedNode).range[0];
        this.#add({ key: "", offset, block }, item as ParsedNode, depth);
      });
    }
    return block;
  }

  #entry({ key, value }: Pair<ParsedNode, ParsedNode>, block: Block, depth: number): void {
    if (!this.yaml.isScalar(key) || key.anchor !== undefined) {
      throw this.#wrong(key, "a key is no text");
    }
    const name = this.#scalar(key as Scalar.Parsed);
    if (name.kind !== "leaf" || name.type !== "str" || name.bytes.length === 0) {
      throw this.#wrong(key, "a key is no text", "a number as a key has quotes around it");
    }
    if (key.source === "<<") {
      throw this.#wrong(key, "maps can't be merged (<<) in a file of secrets");
    }
    this.#add({ key: String(key.value), offset: key.range![0], block }, value, depth);
  }

  #add(
    { key, offset, block }: Pick<Item, "key" | "offset" | "block">,
    node: ParsedNode | null,
    depth: number,
  ): void {
    const item: Item = { key, offset, block, value: NULL, before: [] };
    block.items.push(item);
    item.value = this.block(node, block, depth + 1);
  }

  #scalar(node: Scalar.Parsed): Leaf | Null {
    const value: unknown = node.value;
    // `!!binary` is read by the library.
    if (value instanceof Uint8Array) return leaf("str", new Uint8Array(value));
    const text = typeof value === "string" ? value : node.source;
    try {
      if (node.tag !== undefined) return taggedScalar(node.tag, text);
      return node.type === "PLAIN" ? plainScalar(text) : leaf("str", text);
    } catch (thrown) {
      const { message, hint } = thrown as { message: string; hint?: string };
      throw this.#wrong(node, message, hint);
    }
  }

  #wrong(node: { range?: readonly number[] | null }, what: string, hint?: string) {
    return wrongAt(this.lines.linePos(node.range?.[0] ?? 0).line, what, hint);
  }
}

/** Where an element of a list begins: its dash. */
function dashOf(token: unknown, n: number): number | undefined {
  const list = token as CST.BlockSequence | undefined;
  if (list?.type !== "block-seq") return undefined;
  return list.items[n]?.start.find(({ type }) => type === "seq-item-ind")?.offset;
}
