/** Where files lie that never reach a disk. */
import nodeFs from "node:fs";

/** tmpfs and ramfs, as Linux numbers them (statfs(2)). */
const IN_MEMORY = new Set([0x01021994, 0x858458f6]);

/** Whether what a path leads to is on a file system in memory; false where the system does not tell. */
export function isInMemory(path: string): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    return IN_MEMORY.has(nodeFs.statfsSync(path).type);
  } catch {
    return false;
  }
}
