/** Takes a machine whose store was added to, brings the names of objects and of their records to the disk. */
import type { Machine } from "../machine/open.ts";
import { layoutOf } from "../store/layout.ts";

/** Flushes the names of objects, so that a snapshot that survives a power cut finds what it refers to. */
export function flushNames({ system: { fs }, root }: Pick<Machine, "system" | "root">): void {
  const { obj, refs } = layoutOf(root);
  for (const folder of [obj, refs]) if (fs.lstat(folder) !== null) fs.syncDir(folder);
}
