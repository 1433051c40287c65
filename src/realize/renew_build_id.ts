/** Takes an ELF file, makes its build-id again from what it is now. A linker makes one from what it was: with debug
 * information and folders that are not in it any more, and that are others in another root. */
import { createHash } from "node:crypto";
import type { FileSystem } from "../system/mod.ts";
import { changeElf } from "./change_elf.ts";

/** Leaves a file without one as it is, and one whose build-id is longer than any hash. */
export function renewBuildId(fs: FileSystem, path: string): void {
  changeElf(fs, path, ({ buildId }, read) => {
    if (buildId === null || buildId.length > 64) return null;
    const { at, length } = buildId;
    const bytes = read();
    bytes.fill(0, at, at + length);
    bytes.set(createHash("sha512").update(bytes).digest().subarray(0, length), at);
    return bytes;
  });
}
