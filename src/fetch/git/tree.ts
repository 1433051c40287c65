/** Takes the entries of a Git tree, gives a folder with exactly those bytes.
 *
 * Blobs are written as they are stored: no filters, line endings or substitutions of `.gitattributes`, whose
 * outcome would depend on the machine's Git configuration. Submodules become empty folders. */
import * as posix from "node:path/posix";
import { SysError } from "../../errors.ts";
import type { FileSystem } from "../../system/mod.ts";

/** One entry, as `git ls-tree -r` lists it. */
export interface TreeEntry {
  /** `100644`, `100755`, `120000` (link) or `160000` (submodule). */
  readonly mode: string;
  readonly oid: string;
  /** Bytes; 0 for a submodule. */
  readonly size: number;
  readonly path: string;
}

/** Writes one entry below `folder`.
 * @throws SysError of kind "input" when the tree is made to write elsewhere */
export function writeEntry(fs: FileSystem, folder: string, entry: TreeEntry, content: Uint8Array) {
  const parts = entry.path.split("/");
  const bad = parts.some((part) => /^(|\.|\.\.|\.git)$/i.test(part) || /[\0\\]/.test(part));
  if (bad) throw hostile(entry.path, "its name is not safe");
  let at = folder;
  for (const part of parts.slice(0, -1)) {
    at = posix.join(at, part);
    const there = fs.lstat(at);
    if (there === null) fs.mkdir(at, 0o755);
    else if (there.kind !== "dir") {
      throw hostile(entry.path, "it lies below something that is no folder");
    }
  }
  const target = posix.join(at, parts[parts.length - 1]);
  if (fs.lstat(target) !== null) {
    throw hostile(entry.path, "something of that name is there already (perhaps in other case)");
  }
  if (entry.mode === "160000") return fs.mkdir(target, 0o755);
  if (entry.mode === "120000") return fs.symlink(new TextDecoder().decode(content), target);
  const file = fs.create(target, entry.mode === "100755" ? 0o755 : 0o644);
  try {
    file.write(content);
  } finally {
    file.close();
  }
}

function hostile(path: string, why: string): SysError {
  return new SysError("fetch", `Cannot write "${path}" of the repository: ${why}`);
}
