/** Takes a path, gives whose folder it lies in: who else than root can lead it elsewhere. */
import { dirname, resolve } from "node:path/posix";
import type { Owner } from "../plan/types.ts";
import type { ReadFs } from "../system/fs.ts";

/** Answers for many paths: the owner of the topmost folder or link above each that is not root's; null for none. What
 * lies above that only root can exchange, so the answer stays true. */
export function masters(fs: ReadFs): (path: string) => Owner | null {
  const known = new Map<string, Owner | null>();
  const of = (folder: string): Owner | null => {
    const found = known.get(folder);
    if (found !== undefined) return found;
    // A link that leads to itself leads nowhere.
    known.set(folder, null);
    const master = ask(folder);
    known.set(folder, master);
    return master;
  };
  const ask = (folder: string): Owner | null => {
    const above = dirname(folder);
    if (above === folder) return null;
    const master = of(above);
    if (master !== null) return master;
    const info = fs.lstat(folder);
    if (info === null) return null;
    if (info.uid !== 0) return { uid: info.uid, gid: info.gid };
    return info.kind === "link" ? of(resolve(fs.realPath(above), fs.readLink(folder))) : null;
  };
  return (path) => of(dirname(path));
}
