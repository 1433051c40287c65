/** Takes a root, gives what lies in it that sys.lua did not make: it is somebody's, and deleted with nothing. */
import { join } from "node:path/posix";
import { isObjectName } from "../store/names.ts";
import type { FileInfo, ReadFs } from "../system/fs.ts";

/** Whether sys.lua makes an entry of a folder: `true` for it and whatever is below, or what it makes in it. */
type Own = (name: string, kind: FileInfo["kind"]) => true | Own | null;

const all = () => true as const;
const matching = (pattern: RegExp): Own => (name) => pattern.test(name) ? true : null;

const STORE: Readonly<Record<string, Own>> = {
  obj: (name) => isObjectName(name) || name.startsWith(".") ? true : null,
  pkg: () => () => (_, kind) => kind === "link" ? true : null,
  drv: all,
  "drv-out": all,
  refs: all,
  log: all,
  tmp: all,
};

const PARTS: Readonly<Record<string, Own>> = {
  snapshots: matching(
    /^((\d+\.json|[0-9a-f]{64}\.(base|spare)|current)(\.damaged(-\d+)?)?|index)(\.new)?$/,
  ),
  journal: matching(/^\d+\.(jsonl|unrestored|committed)(\.new)?(\.damaged)?$/),
  originals: matching(/^(\d+|index\.json(\.damaged)?)(\.new)?$/),
  "lock.d": all,
  gcroots: all,
  types: all,
  users: () => () => null,
  recall: all,
  store: (name) => STORE[name] ?? null,
  ".deleted": all,
};

/** Paths below a root, relative to it, of what is not sys.lua's; the topmost where a whole folder is not. */
export function foreignFiles(fs: ReadFs, root: string, cache: string): string[] {
  const found: string[] = [];
  const look = (below: string, own: Own) => {
    for (const name of fs.readDir(join(root, below))) {
      const path = below === "" ? name : `${below}/${name}`;
      const kind = fs.lstat(join(root, path))?.kind ?? "other";
      const known = own(name, kind);
      if (known === true || join(root, path) === cache) continue;
      if (known !== null && kind === "dir") look(path, known);
      else found.push(path);
    }
  };
  const parts: Own = (name) => name === "lock" ? true : PARTS[name] ?? null;
  if (fs.lstat(root) !== null) look("", parts);
  return found;
}
