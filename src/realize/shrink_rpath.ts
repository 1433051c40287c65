/** Takes an ELF file, leaves in its RPATH only the folders in which a library that it needs is found first. What is
 * named there and not needed would be kept alive by it. */
import { dirname } from "node:path/posix";
import type { FileSystem, ReadFs } from "../system/mod.ts";
import { changeElf } from "./change_elf.ts";
import { DT_RPATH, DT_RUNPATH, type Elf, type PlacedText } from "./inspect/elf.ts";

/** Changes the file where there is something to change. @returns the folders that are gone */
export function shrinkRpath(fs: FileSystem, path: string): string[] {
  let gone: string[] = [];
  changeElf(fs, path, (elf, read) => {
    const placed = elf.runpath ?? elf.rpath;
    if (placed === null || elf.dynamic === null) return null;
    const entries = placed.text.split(":").map((entry) => entry.replace(/\/+/g, "/"));
    const kept = neededFolders(fs, entries, elf.needed, dirname(path));
    const text = kept.join(":");
    const bytes = text === placed.text ? null : read();
    if (bytes === null || !rewriteText(bytes, placed, text)) return null;
    if (kept.length === 0) dropEntry(bytes, elf);
    gone = [...new Set(entries)].filter((entry) => !kept.includes(entry));
    return bytes;
  });
  return gone;
}

function neededFolders(
  fs: ReadFs,
  entries: readonly string[],
  needed: readonly string[],
  origin: string,
): string[] {
  const missing = new Set(needed);
  return entries.filter((entry, n) => {
    if (entries.indexOf(entry) < n) return false;
    const folder = entry.replace(/\$(ORIGIN(?![A-Za-z_])|\{ORIGIN\})/g, () => origin);
    // The loader knows further names, which lead to folders beside.
    if (folder.includes("$")) return true;
    if (!folder.startsWith("/")) return false;
    const here = [...missing].filter((library) => isThere(fs, `${folder}/${library}`));
    for (const library of here) missing.delete(library);
    return here.length > 0;
  });
}

/** What can't be looked at no loader finds: it is too long, closed to this user, or leads in a circle. */
function isThere(fs: ReadFs, path: string): boolean {
  try {
    return fs.lstat(path) !== null;
  } catch {
    return false;
  }
}

/** Writes a shorter text over one. Linkers let a symbol's name be the end of another text: what follows the last `/`
 * stays in its place, since no symbol's name has one. @returns whether there was room for both */
function rewriteText(bytes: Uint8Array, { at, text }: PlacedText, shorter: string): boolean {
  const before = new TextEncoder().encode(text), after = new TextEncoder().encode(shorter);
  const tail = before.length - (before.lastIndexOf(0x2f) + 1);
  if (after.length >= before.length - tail) return false;
  bytes.fill(0, at, at + before.length - tail);
  bytes.set(after, at);
  return true;
}

/** Takes the tag out of the dynamic section: to loaders an empty RPATH may be the folder they are started in. */
function dropEntry(bytes: Uint8Array, { dynamic, runpath }: Elf): void {
  const { at, entry, tags } = dynamic!;
  const index = tags.indexOf(runpath === null ? DT_RPATH : DT_RUNPATH);
  const end = at + tags.length * entry;
  bytes.copyWithin(at + index * entry, at + (index + 1) * entry, end);
  bytes.fill(0, end - entry, end);
}
