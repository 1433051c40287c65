/** Takes what is to be an object, or is one, gives what its name is made from.
 *
 * An object is named by the hash of its **canonical form**: its NAR, in which its own hash counts as zeroes, and the
 * places of the store's root (see `relocation.ts`) are named as those of `/syslua`. So it has the same name wherever
 * the store lies. Three kinds:
 *
 * - `free`: no place of the root is in it. The canonical form is the content.
 * - `movable`: places are only in the targets of links and in files without a NUL byte. Whoever takes such an object
 *   from another root writes the own one.
 * - `bound`: a place is in a file with a NUL byte, whose layout may depend on its length, or is compressed in one, or a
 *   path of the store that means nothing elsewhere is in any file. It is named with the root as it is.
 *
 * A program of macOS that names itself is signed for what it is: its signature counts as the one that it has with
 * zeroes (`signature/renewed.ts`).
 *
 * A source that the user wrote is free whatever is in it: nothing puts places there, and nothing may change it. */
import { Buffer } from "node:buffer";
import { shortHash } from "../digest.ts";
import { SysError } from "../errors.ts";
import type { ReadFs } from "../system/mod.ts";
import type { Entry } from "./entries.ts";
import { type Layout, objectPath } from "./layout.ts";
import { hashContent, hashTree, type NarFilter } from "./nar.ts";
import { hashPart, type ObjectName, stemOf, ZEROES } from "./names.ts";
import { hashWithPrivacy, privateIn, privatePaths } from "./privacy.ts";
import { type BoundFile, RelocatedTree } from "./relocated_tree.ts";
import { CANONICAL_ROOT, Relocation } from "./relocation.ts";
import { HashScan, type Replacement } from "./scan.ts";
import { SignedTree } from "./signature/signed_tree.ts";

/** How an object depends on where its store lies. */
export type Kind = "free" | "movable" | "bound";

/** What two objects of one name have in common. */
export interface Form {
  readonly kind: Kind;
  /** How many times it names itself. */
  readonly self: number;
  /** How many places of the root are in it; 0 unless it is movable. */
  readonly places: number;
}

/** What a tree comes to. */
export interface Identified {
  readonly kind: Kind;
  readonly places: number;
  /** SHA-256 of the canonical form. */
  readonly digest: Uint8Array;
  /** SHA-256 with the root as it is. */
  readonly plain: Uint8Array;
  /** What was looked for, as it was found. */
  readonly scan: HashScan;
}

export interface Identification {
  /** The root of the store. */
  readonly root: string;
  /** Hash parts to look for. */
  readonly wanted?: Iterable<string>;
  /** Hash parts that count as others. */
  readonly replacements: readonly Replacement[];
  /** What is read when `fs` may show the tree only once. */
  readonly again?: ReadFs;
}

/** Reads a tree: once when no place of the root is in it. */
export function identify(fs: ReadFs, path: string, how: Identification): Identified {
  const relocation = new Relocation(how.root, CANONICAL_ROOT);
  const scan = new HashScan(how.wanted ?? [], how.replacements);
  const root = new RootSeen(relocation, scan);
  const files = how.again ?? fs;
  const renewed = (tree: ReadFs) =>
    how.replacements.length === 0 ? tree : new SignedTree(tree, how.replacements, files);
  const plain = hashTree(renewed(fs), path, root);
  const free: Identified = { kind: "free", places: 0, digest: plain, plain, scan };
  if (!root.seen) return free;
  const bound = () => {
    throw new Bound();
  };
  const tree = new RelocatedTree(renewed(files), relocation, how.replacements, bound);
  try {
    const digest = hashTree(tree, path);
    return tree.places === 0 ? free : { ...free, kind: "movable", places: tree.places, digest };
  } catch (thrown) {
    if (thrown instanceof Bound) return { ...free, kind: "bound" };
    throw thrown;
  }
}

/** The same for a file that is only in memory. */
export function identifyContent(
  root: string,
  content: Uint8Array,
  { executable, isPrivate }: { readonly executable: boolean; readonly isPrivate: boolean },
): Form & { readonly hash: string } {
  const { pieces, places, stray } = new Relocation(root, CANONICAL_ROOT)
    .move(content, content.length);
  const bound = stray || (places > 0 && content.includes(0));
  const canonical = bound || places === 0 ? content : Buffer.concat(pieces);
  return {
    kind: bound ? "bound" : places > 0 ? "movable" : "free",
    self: 0,
    places: bound ? 0 : places,
    hash: hashWithPrivacy(shortHash(hashContent(canonical, executable)), isPrivate ? [""] : []),
  };
}

/** What an object comes to when it is read. */
export interface Finding extends Form {
  /** The hash part that its name has to have. */
  readonly hash: string;
  /** Those of the wanted hash parts that occur in it. */
  readonly found: ReadonlySet<string>;
}

/** Reads an object of which the kind and the private paths are known. Where they are not, the kind is the one that its
 * name fits, and private is what is so now. */
export function examine(
  fs: ReadFs,
  layout: Layout,
  object: ObjectName,
  known: { readonly kind: Kind; readonly entries: readonly Entry[] } | null,
  wanted: Iterable<string> = [],
): Finding {
  const own = { stem: stemOf(object), from: hashPart(object), to: ZEROES };
  const path = objectPath(layout, object);
  const found = identify(fs, path, {
    root: layout.root,
    wanted,
    replacements: [own],
  });
  const { scan } = found;
  const hidden = known === null ? privateIn(fs, path) : privatePaths(known.entries);
  const plain = hashWithPrivacy(shortHash(found.plain), hidden);
  const canonical = hashWithPrivacy(shortHash(found.digest), hidden);
  const asItIs = known?.kind === "free" || known?.kind === "bound" ||
    (known === null && plain === hashPart(object));
  const form = asItIs && found.kind !== "bound"
    ? { kind: "free" as const, places: 0, hash: plain }
    : { kind: found.kind, places: found.kind === "movable" ? found.places : 0, hash: canonical };
  return { ...form, self: scan.replaced, found: scan.found };
}

/** Whether the content of an object is the one that its name and its record promise. */
export function fits(object: ObjectName, found: Finding, known: Form | null): boolean {
  return found.hash === hashPart(object) &&
    (known === null || (found.self === known.self && found.places === known.places));
}

/** The files that make an object bound. */
export function boundFiles(fs: ReadFs, layout: Layout, object: ObjectName): BoundFile[] {
  const found: BoundFile[] = [];
  const relocation = new Relocation(layout.root, CANONICAL_ROOT);
  const tree = new RelocatedTree(fs, relocation, [], (bound) => void found.push(bound));
  hashTree(tree, objectPath(layout, object));
  return found;
}

/**
 * Different contents may have the same canonical form: zeroes where another names itself, `/syslua` where another
 * names this root.
 * @throws SysError of kind "store"
 */
export function refuseOther(object: ObjectName, found: Form, known: Form | null): void {
  if (known === null) return;
  // Both are named as they are.
  const asItIs = known.kind !== "movable" && found.kind !== "movable";
  if (
    (asItIs || known.kind === found.kind) && known.self === found.self &&
    known.places === found.places
  ) return;
  const counts = ({ self, places }: Form) => `${self} times, its store ${places} times`;
  throw new SysError("store", `Cannot store ${object}: another object has that name`, {
    hint: `that one names itself ${counts(known)}, this one ${counts(found)}`,
  });
}

/** A place in a file that can't be moved was found. */
class Bound extends Error {}

/** Sees whether the root is in an archive. */
class RootSeen implements NarFilter {
  readonly overlap: number;
  seen = false;

  constructor(readonly relocation: Relocation, readonly scan: HashScan) {
    this.overlap = Math.max(scan.overlap, relocation.overlap);
  }

  see(window: Uint8Array): void {
    this.scan.see(window);
    this.seen ||= this.relocation.isNamedIn(window);
  }
}
