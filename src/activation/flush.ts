/** Takes steps, flushes every folder that they changed: what was done survives a power cut once it is committed. */
import { dirname } from "node:path/posix";
import type { Step } from "../plan/types.ts";
import type { FileSystem } from "../system/fs.ts";
import { flushAll } from "../system/flush_all.ts";

/** Flushes each folder once: those in which something came or went, and those that came, with their owners and times. */
export function flushFolders(fs: FileSystem, steps: readonly Step[]): void {
  const touched = new Set<string>();
  for (const step of steps) {
    if (step.kind !== "path") continue;
    touched.add(dirname(step.path));
    if (step.before.kind === "dir" || step.after.kind === "dir") touched.add(step.path);
  }
  flushAll(fs, touched);
}
