/** Takes a folder, gives how names in it are compared: as they are, or without case and however they are composed. */
import { basename, dirname, join } from "node:path/posix";
import type { ReadFs } from "./fs.ts";
import type { Holds } from "./holds.ts";

/** Two names are one where this gives the same. */
export type NameKey = (name: string) => string;

const exact: NameKey = (name) => name;
const folded: NameKey = (name) => name.normalize("NFC").toLowerCase();
/** NTFS maps each character by itself to one, and leaves them as they are composed. */
export const caseless: NameKey = (name) => name.replace(/[^]/gu, upperCase);

/** Asks the folder, or the first above it that is there, whether it is found by its name in another case. */
export function nameKey(
  fs: Pick<ReadFs, "lstat"> & { readonly holds: Holds },
  folder: string,
): NameKey {
  if (fs.holds.names === "exact") return exact;
  const loose = fs.holds.names === "folded" ? folded : caseless;
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const other = otherCase(basename(at));
    const here = other === basename(at) ? null : fs.lstat(at);
    if (here === null) continue;
    const twin = fs.lstat(join(dirname(at), other));
    return twin !== null && twin.ino === here.ino && twin.dev === here.dev ? loose : exact;
  }
  return loose;
}

function otherCase(name: string): string {
  const upper = name.toUpperCase();
  return upper === name ? name.toLowerCase() : upper;
}

function upperCase(character: string): string {
  const upper = character.toUpperCase();
  return upper.length === character.length ? upper : character;
}
