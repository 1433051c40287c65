/** Takes an object, says whether its content is what its name says. */
import { shortHash } from "../digest.ts";
import type { ReadFs } from "../system/mod.ts";
import { type Layout, objectPath } from "./layout.ts";
import { hashTree } from "./nar.ts";
import { hashPart, type ObjectName, stemOf, ZEROES } from "./names.ts";
import { HashScan } from "./scan.ts";

/** What an object's content comes to. */
export interface Content {
  /** The hash part that its name has to have. */
  readonly hash: string;
  /** How many times it names itself. */
  readonly self: number;
  /** Those of the wanted hash parts that occur in it. */
  readonly found: ReadonlySet<string>;
}

/** Reads an object; its own hash counts as zeroes. `wanted`: hash parts to look for. */
export function contentOf(
  fs: ReadFs,
  layout: Layout,
  object: ObjectName,
  wanted: Iterable<string> = [],
): Content {
  const own = { stem: stemOf(object), from: hashPart(object), to: ZEROES };
  const scan = new HashScan(wanted, [own]);
  const hash = shortHash(hashTree(fs, objectPath(layout, object), scan));
  return { hash, self: scan.replaced, found: scan.found };
}
