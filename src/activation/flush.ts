/** Takes steps, flushes every folder that they changed: what was done survives a power cut once it is committed. */
import { dirname } from "node:path";
import type { Step } from "../plan/types.ts";
import { type FileSystem, FsError } from "../system/fs.ts";
import { leadsToFolder } from "./observe.ts";

/** Flushes each folder once. One that is gone was flushed with the folder above it. */
export function flushFolders(fs: FileSystem, steps: readonly Step[]): void {
  const touched = new Set<string>();
  for (const step of steps) {
    if (step.kind === "path") touched.add(dirname(step.path));
  }
  for (const folder of touched) if (leadsToFolder(fs, folder)) flushFolder(fs, folder);
}

/** Flushes one folder: its entries, its owner, mode and time. */
export function flushFolder(fs: FileSystem, folder: string): void {
  try {
    fs.syncDir(folder);
  } catch (thrown) {
    // One that may not be read can't be opened, and so not be flushed alone.
    if (!(thrown instanceof FsError) || thrown.code !== "EACCES") throw thrown;
  }
}
