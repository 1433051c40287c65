/** What a file of secrets holds, whatever its format: maps in their order, lists, values, comments. */

/** What a value is, as the file says it. */
export type LeafType = "str" | "int" | "float" | "bool" | "time";

/** A value. Its bytes are what is encrypted and what the MAC is made over: UTF-8, but in a binary file any; `42`; `1.5`;
 * `True` or `False`; a time of RFC 3339. */
export interface Leaf {
  readonly kind: "leaf";
  readonly type: LeafType;
  readonly bytes: Uint8Array;
}

/** No value: neither encrypted nor part of the MAC. */
export interface Null {
  readonly kind: "null";
}

/** One line of a comment, without what begins it. */
export interface Comment {
  readonly kind: "comment";
  readonly text: string;
  /** Whether it stands behind a value. */
  readonly inline: boolean;
}

export interface Entry {
  readonly kind: "entry";
  readonly key: string;
  readonly value: Node;
}

export interface Branch {
  readonly kind: "branch";
  readonly items: readonly (Entry | Comment)[];
}

export interface List {
  readonly kind: "list";
  readonly items: readonly (Node | Comment)[];
}

export type Node = Leaf | Null | Branch | List;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const NULL: Null = { kind: "null" };

export function leaf(type: LeafType, value: string | Uint8Array): Leaf {
  return { kind: "leaf", type, bytes: typeof value === "string" ? encoder.encode(value) : value };
}

export function entry(key: string, value: Node): Entry {
  return { kind: "entry", key, value };
}

export function comment(text: string, inline = false): Comment {
  return { kind: "comment", text, inline };
}

export function branch(items: Branch["items"]): Branch {
  return { kind: "branch", items };
}

export function list(items: List["items"]): List {
  return { kind: "list", items };
}

/** The text of a value; null where its bytes are none. */
export function textOf({ bytes }: Leaf): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** The entries of a map. */
export function entriesOf({ items }: Branch): Entry[] {
  return items.filter((item) => item.kind === "entry");
}

/** What a list holds beside comments. */
export function elementsOf({ items }: List): Node[] {
  return items.filter((item) => item.kind !== "comment");
}

/** The value of a key; undefined where there is none. */
export function valueOf(map: Branch, key: string): Node | undefined {
  return entriesOf(map).find((item) => item.key === key)?.value;
}
