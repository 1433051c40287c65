/** Takes the scratch of a build that failed, gives the folder where it lies from then on, out of the way of the next. */
import { join } from "node:path/posix";
import type { Derivation } from "../manifest/types.ts";
import { makeFolders } from "../system/folders.ts";
import { freeName } from "../system/free_name.ts";
import type { System } from "../system/mod.ts";
import { FsError } from "../system/fs.ts";
import { layoutOf } from "../store/layout.ts";

/** What a build has made so far. */
export interface Scratch {
  /** With `tmp/` and `fetched/` in it. */
  readonly folder: string;
  /** Paths of the outputs, which may not be there. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Moves it; outputs are in `outputs/` then. Null where that can't be done: the failure of the build is what counts. */
export function keepFailed(
  { fs, clock }: Pick<System, "fs" | "clock">,
  root: string,
  { name, hash }: Derivation,
  { folder, outputs }: Scratch,
): string | null {
  const { failed } = layoutOf(root);
  try {
    makeFolders(fs, failed);
    // It may have failed before it needed any.
    makeFolders(fs, join(folder, "tmp"), 0o700);
    const kept = freeName(fs, join(failed, `${name}-${hash.slice(0, 8)}`));
    fs.rename(folder, kept);
    fs.mkdir(join(kept, "outputs"), 0o700);
    for (const [output, path] of Object.entries(outputs)) {
      const info = fs.lstat(path);
      if (info === null) continue;
      // Only a folder that may be written can move to another one.
      if (info.kind === "dir" && (info.mode & 0o200) === 0) fs.chmod(path, info.mode | 0o200);
      fs.rename(path, join(kept, "outputs", output));
    }
    fs.utime(kept, Math.floor(clock.now().getTime() / 1000));
    return kept;
  } catch (thrown) {
    if (thrown instanceof FsError) return null;
    throw thrown;
  }
}
