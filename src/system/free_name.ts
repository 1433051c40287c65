/** Names that are not taken. */
import type { ReadFs } from "./fs.ts";

/** A name that nothing has: the one given, or with a number behind it. */
export function freeName(fs: Pick<ReadFs, "lstat">, path: string): string {
  for (let n = 1, name = path;; name = `${path}-${++n}`) {
    if (fs.lstat(name) === null) return name;
  }
}
