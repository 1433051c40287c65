/** A file of any bytes: one value in an object of JSON. */
import { badFile } from "../bad_file.ts";
import { type Branch, branch, entry, leaf, valueOf } from "../tree.ts";
import type { Format } from "./format.ts";
import { json } from "./json.ts";
import { nested } from "./placement.ts";

const KEY = "data";

export const binary: Format = {
  parse: (bytes) => branch([entry(KEY, leaf("str", bytes))]),
  emit: bytesIn,
  parseSealed: json.parseSealed,
  emitSealed: json.emitSealed,
  ...nested,
};

function bytesIn(tree: Branch): Uint8Array {
  const value = valueOf(tree, KEY);
  if (value?.kind !== "leaf") {
    throw badFile(`it has no value ${KEY}, which a binary file consists of`);
  }
  return value.bytes;
}
