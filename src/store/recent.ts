/** Takes the present moment, gives the objects that were built, or asked for by name, shortly before: gc keeps them, so
 * that what `sys build` has made is there for what is done with it next. The time is that of the derivation's record,
 * `drv-out/<hash>`: it is on the disk with the record, and a clock that was set back makes nothing recent for ever. */
import { FsError } from "../system/fs.ts";
import type { FileSystem, ReadFs } from "../system/mod.ts";
import { layoutOf } from "./layout.ts";
import type { ObjectName } from "./names.ts";
import { readOutputs } from "./outputs.ts";

/** Seconds. */
const RECENT = 3600;

/** The outputs of all derivations that were realized or asked for less than an hour before or after `now`. */
export function recentObjects(fs: ReadFs, root: string, now: Date): ObjectName[] {
  const layout = layoutOf(root);
  if (fs.lstat(layout.drvOut)?.kind !== "dir") return [];
  const found = new Set<ObjectName>();
  for (const derivation of fs.readDir(layout.drvOut)) {
    const info = fs.lstat(`${layout.drvOut}/${derivation}`);
    if (info === null || Math.abs(info.mtime - secondsOf(now)) >= RECENT) continue;
    const outputs = readOutputs(fs, layout, derivation) ?? {};
    for (const object of Object.values(outputs)) found.add(object);
  }
  return [...found];
}

/** From now on a derivation is recent. Where the store can't be written, nothing is deleted from it either. */
export function markRecent(fs: FileSystem, root: string, derivation: string, now: Date): void {
  try {
    fs.utime(`${layoutOf(root).drvOut}/${derivation}`, secondsOf(now));
  } catch (thrown) {
    if (!(thrown instanceof FsError)) throw thrown;
  }
}

function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}
