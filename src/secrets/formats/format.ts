/** A format of files of secrets: text on one side, a tree on the other. */
import type { Metadata } from "../metadata.ts";
import type { Branch } from "../tree.ts";

export interface Format {
  /** @throws SysError with the line, and nothing of what the text holds */
  parse(text: Uint8Array): Branch;
  /** @throws SysError where the format can't hold a value */
  emit(tree: Branch): Uint8Array;
  /** The same for a file that is encrypted, with its metadata in it. */
  parseSealed(text: Uint8Array): Branch;
  emitSealed(tree: Branch): Uint8Array;
  /** Takes the metadata out of a tree.
   * @throws SysError where there are none */
  split(tree: Branch): { readonly tree: Branch; readonly metadata: Metadata };
  /** Puts them into it.
   * @throws SysError where something else has their place */
  join(tree: Branch, metadata: Metadata): Branch;
}
