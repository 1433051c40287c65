/** Takes a tree that holds scratch paths, puts the final paths in their writer. */
import type { FileSystem } from "../system/mod.ts";
import { streamFile } from "./copy.ts";
import { canonicalMode, MTIME } from "./form.ts";
import { HashScan, replaceInText, type Replacement } from "./scan.ts";
import { SignedTree } from "./signature/signed_tree.ts";

/**
 * Rewrites the contents of files and the targets of links. A file is never changed in writer: it may share its
 * content with others by hard links. `spare` is a path beside the tree that is free.
 */
export function rewriteTree(
  fs: FileSystem,
  path: string,
  replacements: readonly Replacement[],
  spare: string,
): void {
  const info = fs.lstat(path);
  if (info?.kind === "dir") {
    for (const name of fs.readDir(path)) rewriteTree(fs, `${path}/${name}`, replacements, spare);
  } else if (info?.kind === "link") {
    const target = fs.readLink(path);
    const wanted = replaceInText(target, replacements);
    if (wanted === target) return;
    fs.symlink(wanted, spare);
    fs.rename(spare, path);
  } else if (info?.kind === "file" && info.size >= 32) {
    const look = new HashScan([], replacements);
    streamFile(fs, path, () => {}, look);
    if (look.replaced === 0) return;
    writeReplaced(fs, { path, spare, mode: canonicalMode(info.mode) }, replacements);
    fs.rename(spare, path);
  }
}

/** A signature is the one of what is written. */
function writeReplaced(
  fs: FileSystem,
  { path, spare, mode }: Readonly<Record<"path" | "spare", string> & { mode: number }>,
  replacements: readonly Replacement[],
): void {
  const target = fs.create(spare, mode);
  try {
    const signed = new SignedTree(fs, replacements), scan = new HashScan([], replacements);
    streamFile(signed, path, (bytes) => target.write(bytes), scan);
    target.utime(MTIME);
  } finally {
    target.close();
  }
}
