/** Takes a tree and a data key, gives the tree encrypted or decrypted, and its MAC. */
import { createHash, type Hash } from "node:crypto";
import { badFile } from "./bad_file.ts";
import { type Cipher, isEncrypted } from "./cipher.ts";
import { type Selection, selector } from "./selection.ts";
import {
  type Branch,
  type Comment,
  elementsOf,
  entriesOf,
  type Leaf,
  leaf,
  type Node,
  textOf,
} from "./tree.ts";
import { walk } from "./walk.ts";

/** How the values of a file are treated. */
export interface Sealing {
  readonly selection: Selection;
  /** Whether the MAC covers only what is encrypted. */
  readonly macOnlyEncrypted: boolean;
}

/** A tree with the MAC over its values: SHA-512 in capital hexadecimal digits. */
export interface Sealed {
  readonly tree: Branch;
  readonly mac: string;
}

/** What begins a MAC over encrypted values only, so that it differs from one over all: SHA-256 of `sops`. */
const ENCRYPTED_ONLY = createHash("sha256").update("sops").digest();

function macOf({ macOnlyEncrypted }: Sealing): Hash {
  const hash = createHash("sha512");
  return macOnlyEncrypted ? hash.update(ENCRYPTED_ONLY) : hash;
}

/** Encrypts what the selection names. */
export function seal(plain: Branch, sealing: Sealing, cipher: Cipher): Sealed {
  const mac = macOf(sealing);
  const selects = selector(sealing.selection);
  const tree = walk(plain, (item, position) => {
    const selected = selects(position);
    if (item.kind === "leaf" && (selected || !sealing.macOnlyEncrypted)) mac.update(item.bytes);
    if (!selected) return item;
    // In a list an encrypted comment is a value, of whose type it is told that it is none.
    return leaf("str", cipher.encrypt(item, position.path));
  });
  return { tree, mac: mac.digest("hex").toUpperCase() };
}

/** Decrypts what the selection names. */
export function unseal(sealed: Branch, sealing: Sealing, cipher: Cipher): Sealed {
  const mac = macOf(sealing);
  const selects = selector(sealing.selection);
  let known: (readonly string[])[] | undefined;
  const paths = () => known ??= pathsIn(sealed, []);
  const tree = walk(sealed, (item, position) => {
    const selected = selects(position);
    if (item.kind === "comment") {
      // Former versions of sops left comments as they were.
      if (!selected || !isEncrypted(item.text)) return item;
      return commentIn(item.text, [position.path], cipher) ??
        commentIn(item.text, paths(), cipher) ?? item;
    }
    if (!selected) {
      if (!sealing.macOnlyEncrypted) mac.update(item.bytes);
      return item;
    }
    const text = item.type === "str" ? textOf(item) : null;
    if (text === null) throw badFile("it is not encrypted");
    const value = cipher.decrypt(text, position.path);
    if (value.kind === "leaf") mac.update(value.bytes);
    return value;
  });
  return { tree, mac: mac.digest("hex").toUpperCase() };
}

/** The ways to all maps and lists. */
function pathsIn(node: Node, path: readonly string[]): (readonly string[])[] {
  if (node.kind === "list") return elementsOf(node).flatMap((item) => pathsIn(item, path));
  if (node.kind !== "branch") return [];
  const below = entriesOf(node).flatMap(({ key, value }) => pathsIn(value, [...path, key]));
  return [path, ...entriesOf(node).map(({ key }) => [...path, key]), ...below];
}

/** A comment between two maps may be of another one for sops than for sys: it is bound to the path that it had there. */
function commentIn(
  text: string,
  paths: readonly (readonly string[])[],
  cipher: Cipher,
): Leaf | Comment | null {
  for (const path of paths) {
    try {
      return cipher.decrypt(text, path);
    } catch {
      // The next one may be its.
    }
  }
  return null;
}
