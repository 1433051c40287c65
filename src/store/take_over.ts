/** Takes a derivation that another store of this machine has realized, copies its outputs with all that they refer to.
 *
 * Nothing in a store refers to another one, so that nobody's gc can break somebody else. Each copy is read once more
 * and compared with its name, and gets this root's places. */
import { Buffer } from "node:buffer";
import { SysError } from "../errors.ts";
import type { DerivationHash } from "../manifest/types.ts";
import type { FileSystem } from "../system/mod.ts";
import { CopyingTree } from "./copy.ts";
import { importTree } from "./import.ts";
import { type Layout, objectPath } from "./layout.ts";
import { hashTree } from "./nar.ts";
import type { ObjectName } from "./names.ts";
import { chosen, type Outputs, readOutputs, writeOutputs } from "./outputs.ts";
import { type Identity, readIdentity } from "./record.ts";
import { RelocatedTree } from "./relocated_tree.ts";
import { CANONICAL_ROOT, Relocation } from "./relocation.ts";
import { removeTree } from "./remove.ts";
import type { StoreWriter } from "./store_writer.ts";
import { discard } from "../system/write_atomic.ts";
import { sparePath } from "./writing.ts";

/** Copies the outputs that are needed, all by default; null where they can't be had there: they are gone, bound to that
 * root, damaged, or may not be read. */
export function takeOver(
  writer: StoreWriter,
  from: Layout,
  derivation: DerivationHash,
  needed?: readonly string[],
): Outputs | null {
  const { fs } = writer;
  try {
    const outputs = readOutputs(fs, from, derivation);
    const taken = outputs && needed ? chosen(outputs, needed) : outputs;
    const wanted = taken && closureOf(fs, from, Object.values(taken));
    if (outputs === null || wanted === null) return null;
    writer.prepare();
    for (const [object, identity] of wanted) {
      if (!writer.has(object)) copy(writer, from, object, identity);
    }
    writeOutputs(writer, derivation, outputs, describe(fs, from, derivation));
    return taken;
  } catch (thrown) {
    // What can't be copied is built.
    if (thrown instanceof SysError) return null;
    throw thrown;
  }
}

/** Objects and all that they refer to, each after those; null where one is missing or bound. */
function closureOf(
  fs: FileSystem,
  from: Layout,
  objects: readonly ObjectName[],
): Map<ObjectName, Identity> | null {
  const found = new Map<ObjectName, Identity>();
  const visit = (object: ObjectName): boolean => {
    if (found.has(object)) return true;
    const identity = readIdentity(fs, from, object);
    if (identity === null || identity.kind === "bound") return false;
    if (!identity.references.every(visit)) return false;
    found.set(object, identity);
    return true;
  };
  return objects.every(visit) ? found : null;
}

function copy(
  writer: StoreWriter,
  from: Layout,
  object: ObjectName,
  identity: Identity,
): void {
  const { fs, layout } = writer;
  const spare = sparePath(layout);
  const source = objectPath(from, object);
  try {
    hashTree(new CopyingTree(canonicalView(fs, from, identity), source, spare), source);
    importTree(writer, object, spare, identity);
  } catch (thrown) {
    discard(() => removeTree(fs, spare));
    throw thrown;
  }
}

/** The same files, in which the places of a root are named as everywhere. */
function canonicalView(fs: FileSystem, { root }: Layout, { kind }: Identity): FileSystem {
  if (kind !== "movable") return fs;
  const tree = new RelocatedTree(fs, new Relocation(root, CANONICAL_ROOT), [], () => {});
  return Object.create(fs, {
    lstat: { value: tree.lstat.bind(tree) },
    readLink: { value: tree.readLink.bind(tree) },
    openRead: { value: tree.openRead.bind(tree) },
  });
}

function describe(fs: FileSystem, from: Layout, derivation: DerivationHash): unknown {
  const path = `${from.drv}/${derivation}.drv`;
  if (fs.lstat(path) === null) return null;
  try {
    return JSON.parse(Buffer.from(fs.readFile(path)).toString());
  } catch (thrown) {
    // It is for people, and can be damaged.
    if (thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}
