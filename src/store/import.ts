/** Takes an object that was made elsewhere, puts it into this store under the name that it had there. */
import { shortHash } from "../digest.ts";
import { SysError } from "../errors.ts";
import { CanonicalTree } from "./canonical.ts";
import { sealOf } from "./entries.ts";
import { hashTree } from "./nar.ts";
import { hashPart, type ObjectName, stemOf, ZEROES } from "./names.ts";
import type { StoreWriter } from "./store_writer.ts";
import { addReferences, writeRecord } from "./record.ts";
import { removeTree } from "./remove.ts";
import { HashScan } from "./scan.ts";
import { sparePath } from "./write_atomic.ts";

/**
 * Moves a tree into the store. Its own hash counts as zeroes, as when it was made (see `register.ts`).
 * @throws SysError of kind "store" when its content is not what the name says
 */
export function importTree(
  writer: StoreWriter,
  object: ObjectName,
  tree: string,
  references: readonly ObjectName[],
): void {
  const { fs, layout } = writer;
  writer.prepare();
  const own = { stem: stemOf(object), from: hashPart(object), to: ZEROES };
  const canonical = new CanonicalTree(writer);
  const scan = new HashScan([], [own]);
  const hash = shortHash(hashTree(canonical, tree, scan));
  if (hash !== hashPart(object)) {
    throw new SysError("store", `Cannot accept ${object}: its content is not what the name says`, {
      notes: [`expected ${hashPart(object)}`, `found    ${hash}`],
      hint: "it was damaged or changed on the way here",
    });
  }
  const others = [...new Set(references)].filter((other) => other !== object).sort();
  if (writer.has(object)) {
    addReferences(fs, layout, object, others);
    return void removeTree(fs, tree);
  }
  canonical.settleLinked(sparePath(layout));
  canonical.close();
  const entries = sealOf(fs, tree);
  writeRecord(fs, layout, object, { references: others, self: scan.replaced, entries });
  writer.put(tree, object);
}
