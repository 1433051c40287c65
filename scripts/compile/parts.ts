/** All scripts with their byte code as one file, and where each part is in it. */
import { createHash } from "node:crypto";

export interface Parts {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The constants by which `scripted.ts` finds them. */
  readonly constants: string;
}

/** Letters of a hash that tells one such file from every other. */
const MARK = 32;

/** Puts parts one after the other. */
export function partsOf(contents: ReadonlyMap<string, Uint8Array>): Parts {
  const hash = createHash("sha256");
  const table: Record<string, [start: number, length: number]> = {};
  let length = MARK;
  for (const [name, { length: size }] of contents) {
    table[name] = [length, size];
    length += size;
  }
  const bytes = new Uint8Array(length);
  for (const [name, content] of contents) {
    bytes.set(content, table[name][0]);
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  const mark = hash.digest("hex").slice(0, MARK);
  bytes.set(new TextEncoder().encode(mark));
  const constants = Object.entries({ PARTS: table, LENGTH: length, MARK: mark });
  return {
    bytes,
    constants: constants.map(([name, value]) => `const ${name}=${JSON.stringify(value)};`).join(""),
  };
}

/** An executable with the parts before what Deno reads of it, at the end. */
export function withParts(executable: Uint8Array, { bytes }: Parts): Uint8Array {
  const view = new DataView(executable.buffer, executable.byteOffset + executable.length - 8);
  const at = executable.length - 24 - Number(view.getBigUint64(0, true));
  const whole = new Uint8Array(executable.length + bytes.length);
  whole.set(executable.subarray(0, at));
  whole.set(bytes, at);
  whole.set(executable.subarray(at), at + bytes.length);
  return whole;
}
