/** Takes an object that was made elsewhere, puts it into this store under the name that it had there. */
import { shortHash } from "../digest.ts";
import { SysError } from "../errors.ts";
import { CanonicalTree } from "./canonical.ts";
import { identify, type Kind } from "./identity.ts";
import { hashPart, type ObjectName, stemOf, ZEROES } from "./names.ts";
import type { StoreWriter } from "./store_writer.ts";
import { addReferences, writeRecord } from "./record.ts";
import { relocateTree } from "./relocated_tree.ts";
import { CANONICAL_ROOT, Relocation } from "./relocation.ts";
import { removeTree } from "./remove.ts";
import { sparePath } from "./writing.ts";

/** What is known about an object that comes from elsewhere. */
export interface Imported {
  readonly kind: Kind;
  readonly references: readonly ObjectName[];
}

/**
 * Moves a tree into the store. It is in canonical form (see `identity.ts`), and gets this root's places; what is bound
 * is as it was made, which has to be for this root.
 * @throws SysError of kind "store" when its content is not what the name says, or is bound to another root
 */
export function importTree(
  writer: StoreWriter,
  object: ObjectName,
  tree: string,
  { kind, references }: Imported,
): void {
  const { fs, layout } = writer;
  writer.prepare();
  const own = { stem: stemOf(object), from: hashPart(object), to: ZEROES };
  const canonical = new CanonicalTree(writer);
  const how = { root: layout.root, replacements: [own], again: fs };
  const found = identify(canonical, tree, how);
  const hash = shortHash(found.plain);
  if (hash !== hashPart(object)) {
    throw new SysError("store", `Cannot accept ${object}: its content is not what the name says`, {
      notes: [`expected ${hashPart(object)}`, `found    ${hash}`],
      hint: "it was damaged or changed on the way here",
    });
  }
  if (kind === "bound" && found.kind !== "bound") {
    throw new SysError("store", `Cannot accept ${object}: it was made for another root`, {
      hint: `it can only be used where that is the root; this one is ${layout.root}`,
    });
  }
  const others = [...new Set(references)].filter((other) => other !== object).sort();
  if (writer.has(object)) {
    addReferences(fs, layout, object, others);
    return void removeTree(fs, tree);
  }
  canonical.settleLinked(sparePath(layout));
  const relocation = new Relocation(CANONICAL_ROOT, layout.root);
  const places = kind === "movable" ? relocateTree(fs, tree, relocation, sparePath(layout)) : 0;
  canonical.close();
  const form = { kind, self: found.scan.replaced, places };
  const entries = canonical.seal(kind === "movable");
  writeRecord(fs, layout, object, { ...form, references: others, entries });
  writer.put(tree, object);
}
