/** Goes through a tree and puts something else in place of each value and comment, in the order that the MAC has. */
import { badFile } from "./bad_file.ts";
import type { Position } from "./selection.ts";
import { type Branch, branch, type Comment, entry, type Leaf, list, type Node } from "./tree.ts";

/** What takes the place of a value or comment. */
export type Visit = (item: Leaf | Comment, position: Position) => Leaf | Comment;

/** How deep maps and lists may lie in each other. */
export const DEEPEST = 200;

/** @throws what `visit` throws, with the path of the value */
export function walk(tree: Branch, visit: Visit): Branch {
  return walkBranch(tree, [], [], naming(visit));
}

function naming(visit: Visit): Visit {
  return (item, position) => {
    try {
      return visit(item, position);
    } catch (thrown) {
      if (!(thrown instanceof Error) || !("kind" in thrown)) throw thrown;
      const { path } = position;
      const what = item.kind === "comment" ? "a comment" : "the value";
      const where = path.length === 0 ? what : `${what} at ${path.join(".")}`;
      throw badFile(`${where}: ${thrown.message}`, (thrown as { hint?: string }).hint);
    }
  };
}

type Levels = readonly (readonly string[])[];

function walkBranch(tree: Branch, path: readonly string[], above: Levels, visit: Visit): Branch {
  const before: string[] = [];
  const items: Branch["items"][number][] = [];
  for (const item of tree.items) {
    if (item.kind === "comment") {
      before.push(item.text);
      const comments = [...above, [...before]];
      items.push(asComment(visit(item, { path, comments, isComment: true }), item));
      continue;
    }
    const inner = walkNode(item.value, [...path, item.key], [...above, [...before]], visit);
    // A map has no place for a comment that takes the place of a value.
    items.push(entry(item.key, inner.kind === "comment" ? { kind: "null" } : inner));
    before.length = 0;
  }
  return branch(items);
}

function walkNode(
  node: Node | Comment,
  path: readonly string[],
  comments: Levels,
  visit: Visit,
): Node | Comment {
  switch (node.kind) {
    case "leaf":
      return visit(node, { path, comments, isComment: false });
    case "comment":
      return visit(node, { path, comments, isComment: true });
    case "null":
      return node;
    case "branch":
      return walkBranch(node, path, comments, visit);
    case "list": {
      const before: string[] = [];
      return list(node.items.map((item) => {
        if (item.kind === "comment") before.push(item.text);
        const result = walkNode(item, path, [...comments, [...before]], visit);
        if (item.kind !== "comment") before.length = 0;
        return result;
      }));
    }
  }
}

/** A comment of a map stays one, whatever it was decrypted to. */
function asComment(result: Leaf | Comment, { inline }: Comment): Comment {
  const text = result.kind === "comment" ? result.text : new TextDecoder().decode(result.bytes);
  return { kind: "comment", text, inline };
}
