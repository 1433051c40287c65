/** Takes a Mach-O file in which hash parts are replaced, gives what its signature is then: Macs with Apple silicon kill a
 * program of which a page has another hash than its signature tells.
 *
 * Only signatures that nobody has certified can be made anew (linkers make such, and `codesign -s -`): their hashes of
 * pages are replaced, in their places, and nothing else. One that was wrong before stays as it is. */
import { Buffer } from "node:buffer";
import { BytesOfFile } from "../../system/bytes.ts";
import type { ReadFs } from "../../system/mod.ts";
import { streamFile } from "../copy.ts";
import { HashScan, type Replacement } from "../scan.ts";
import { codeDirectories, type CodeDirectory, PageHashes } from "./code_directory.ts";
import { signedParts } from "./mach_o_parts.ts";

/** Bytes that take the place of others. */
export interface Patch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A list of hashes, and where in the file its program and its signature begin. */
interface Placed {
  readonly start: number;
  readonly at: number;
  readonly directory: CodeDirectory;
}

/** What changes in the signatures of a file; nothing where it has none, or nothing is replaced in it. */
export function renewedSignatures(
  fs: ReadFs,
  path: string,
  replacements: readonly Replacement[],
): readonly Patch[] {
  const placed = directoriesOf(fs, path);
  if (placed.length === 0) return [];
  const seen = new HashScan(replacements.map(({ from }) => from));
  const before = pageHashes(fs, path, placed, seen);
  if (seen.found.size === 0) return [];
  const after = pageHashes(fs, path, placed, new HashScan([], replacements));
  return placed.flatMap(({ at, directory }, n): Patch[] => {
    const [was, is] = [before[n], after[n]];
    const isRight = was !== null && Buffer.compare(was, directory.hashes) === 0;
    return isRight && is !== null ? [{ at: at + directory.at, bytes: is }] : [];
  });
}

function directoriesOf(fs: ReadFs, path: string): Placed[] {
  const size = fs.lstat(path)?.size ?? 0;
  const handle = fs.openRead(path);
  try {
    const file = new BytesOfFile(handle, size);
    return signedParts(file).flatMap(({ start, signature }): Placed[] => {
      const bytes = file.read(signature.at, signature.size);
      const found = bytes === null ? null : codeDirectories(bytes);
      // What is hashed ends before the signature.
      return (found ?? []).filter(({ limit }) => start + limit <= signature.at)
        .map((directory) => ({ start, at: signature.at, directory }));
    });
  } finally {
    handle.close();
  }
}

/** Reads the file once, through a filter. */
function pageHashes(
  fs: ReadFs,
  path: string,
  placed: readonly Placed[],
  filter: HashScan,
): (Uint8Array | null)[] {
  const hashes = placed.map(({ start, directory }) => ({ start, of: new PageHashes(directory) }));
  let at = 0;
  streamFile(fs, path, (bytes) => {
    for (const { start, of } of hashes) of.see(bytes.subarray(Math.max(0, start - at)));
    at += bytes.length;
  }, filter);
  return hashes.map(({ of }) => of.all());
}
