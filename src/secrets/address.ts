/** Where a value is in a tree: `db.password`, `servers.0.name`, or as sops writes it, `["db"]["password"]`. */
import { SysError } from "../errors.ts";
import {
  type Branch,
  branch,
  elementsOf,
  type Entry,
  entry,
  type Leaf,
  type List,
  list,
  type Node,
  valueOf,
} from "./tree.ts";

export type Address = readonly string[];

const BRACKETS = /^(\[("([^"\\]|\\.)*"|'[^']*'|\d+)\])+$/;
const PART = /\[("(?:[^"\\]|\\.)*"|'[^']*'|\d+)\]/g;

/** @throws SysError of kind "usage" */
export function addressIn(text: string): Address {
  if (BRACKETS.test(text)) {
    return Array.from(text.matchAll(PART), ([, part]) => {
      if (part.startsWith("'")) return part.slice(1, -1);
      try {
        return String(JSON.parse(part));
      } catch {
        throw unclear(text);
      }
    });
  }
  const parts = text.split(".");
  if (parts.some((part) => part === "")) throw unclear(text);
  return parts;
}

function unclear(text: string): SysError {
  return new SysError("usage", `${JSON.stringify(text)} is no way to a value`, {
    hint:
      'such are `db.password`, `servers.0.name`, and `["a.b"]["c"]` where a key has a dot in it',
  });
}

/** What is there.
 * @throws SysError of kind "config" where nothing is */
export function nodeAt(tree: Node, address: Address): Node {
  return address.reduce((node: Node, part, depth) => {
    const below = node.kind === "branch"
      ? valueOf(node, part)
      : node.kind === "list" && isNumber(part)
      ? elementsOf(node)[Number(part)]
      : undefined;
    if (below !== undefined) return below;
    throw new SysError("config", `it has nothing at ${address.slice(0, depth + 1).join(".")}`);
  }, tree);
}

/** The tree with a value there. Maps above it that are not there yet are made; a list can grow by one.
 * @throws SysError where something else than a value is there, or above it */
export function withValue(tree: Branch, address: Address, value: Leaf): Branch {
  return changed(tree, address, 0, value) as Branch;
}

function changed(node: Node | undefined, address: Address, depth: number, value: Leaf): Node {
  const part = address[depth];
  if (part === undefined) {
    if (node?.kind !== "branch" && node?.kind !== "list") return value;
    throw there(address, depth, node.kind === "list" ? "a list" : "a map");
  }
  if (node?.kind === "list") return changedList(node, address, depth, value);
  if (node?.kind === "leaf") throw there(address, depth, "a value");
  const map = node?.kind === "branch" ? node : branch([]);
  const below = (former?: Node) => entry(part, changed(former, address, depth + 1, value));
  const isIt = (item: Branch["items"][number]): item is Entry =>
    item.kind === "entry" && item.key === part;
  if (!map.items.some(isIt)) return branch([...map.items, below()]);
  return branch(map.items.map((item) => isIt(item) ? below(item.value) : item));
}

function changedList(node: List, address: Address, depth: number, value: Leaf): List {
  const elements = elementsOf(node);
  const at = isNumber(address[depth]) ? Number(address[depth]) : Infinity;
  if (at > elements.length) {
    throw there(address, depth, `a list of ${elements.length} (its elements are named 0, 1, …)`);
  }
  const one = changed(elements[at], address, depth + 1, value);
  if (at === elements.length) return list([...node.items, one]);
  return list(node.items.map((item) => item === elements[at] ? one : item));
}

function there(address: Address, depth: number, what: string): SysError {
  const where = depth === 0 ? "the top" : address.slice(0, depth).join(".");
  return new SysError("config", `${what} is at ${where}`, {
    hint: "`sys secrets edit` changes the form of a file",
  });
}

function isNumber(part: string): boolean {
  return /^(0|[1-9]\d{0,8})$/.test(part);
}
