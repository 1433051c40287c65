/** Makes folders together with those above them. */
import { dirname } from "node:path/posix";
import type { FileSystem } from "./fs.ts";

/** Makes a folder and those above it; existing ones are fine. */
export function makeFolders(fs: FileSystem, path: string, mode = 0o755): void {
  make(fs, path, mode, () => {});
}

/** Makes folders that survive a power cut together with what will be flushed in them. */
export function makeLastingFolders(fs: FileSystem, path: string, mode = 0o755): void {
  make(fs, path, mode, (above) => fs.syncDir(above));
}

function make(fs: FileSystem, path: string, mode: number, onMade: (above: string) => void) {
  if (fs.lstat(path) !== null) return;
  const above = dirname(path);
  if (above !== path) make(fs, above, mode, onMade);
  try {
    fs.mkdir(path, mode);
  } catch (thrown) {
    // Another process may have made it meanwhile.
    if (fs.lstat(path)?.kind !== "dir") throw thrown;
  }
  onMade(above);
}
