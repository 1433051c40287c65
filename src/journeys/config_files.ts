/** Takes the files that a config was evaluated from, makes them an object: as they were read, whatever has become
 * of them since. */
import { dirname, join } from "node:path/posix";
import type { ConfigFile } from "../config/types.ts";
import type { Machine } from "../machine/open.ts";
import type { ObjectName } from "../store/names.ts";
import { removeTree } from "../store/remove.ts";
import { makeFolders } from "../system/folders.ts";

/** Stores the files as a folder. */
export function storeConfigFiles(
  { system: { fs }, store }: Pick<Machine, "system" | "store">,
  files: readonly ConfigFile[],
): ObjectName {
  const scratch = store.sparePath();
  fs.mkdir(scratch, 0o700);
  try {
    for (const { path, content, mode } of files) {
      const copy = join(scratch, path);
      makeFolders(fs, dirname(copy));
      const file = fs.create(copy, (mode & 0o777) | 0o400);
      try {
        file.write(content);
      } finally {
        file.close();
      }
    }
    return store.addTree("config", scratch);
  } finally {
    removeTree(fs, scratch);
  }
}
