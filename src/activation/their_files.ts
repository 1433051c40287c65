/** Takes paths that root manages for others, or in their folders, gives the file system in which each is reached with
 * the rights of the user whose it is: what that user swaps for a link meanwhile leads to nothing that is not theirs. */
import { dirname } from "node:path/posix";
import { SysError } from "../errors.ts";
import type { Owner, Step, WantedPath } from "../plan/types.ts";
import { readOriginals } from "../snapshot/originals.ts";
import { CHANGES, type FileSystem, FsError, LOOKS, type ReadFs } from "../system/fs.ts";
import { besidePath } from "./beside.ts";
import { HELD, topsAbove } from "./hold.ts";
import { masters } from "./master.ts";

type OwnedPath = Pick<WantedPath, "path" | "owner">;

const METHODS = [...LOOKS, ...CHANGES, "syncDir", "canSyncAll", "syncAll"] as const;

/** Methods about two paths. Of a symbolic link only the second is reached. */
const TWO = new Set<string>(["rename", "link"]);

/** Whose files are reached how. */
interface Theirs {
  readonly paths: Map<string, FileSystem>;
  /** Folders in which something may be held, by the folder above them. */
  readonly tops: Map<string, FileSystem>;
}

/** The file system for some paths, and for what is held of a root's originals. A path without an owner is reached with
 * the rights of the user in whose folder it lies. */
export async function asTheirUsers(
  fs: FileSystem,
  root: string,
  paths: Iterable<OwnedPath>,
): Promise<FileSystem> {
  const theirs: Theirs = { paths: new Map(), tops: new Map() };
  const become = becoming(fs);
  const above = new Map<string, string[]>();
  const ours = new Set<string>();
  for (const { path, owner } of paths) {
    const folder = dirname(path);
    if (owner === undefined && ours.has(folder)) continue;
    const own = await become(path, owner);
    if (own === fs) {
      if (owner === undefined) ours.add(folder);
      continue;
    }
    for (const reached of [path, besidePath(path), folder]) theirs.paths.set(reached, own);
    const tops = above.get(folder) ?? topsAbove(own, path);
    above.set(folder, tops);
    for (const top of tops) theirs.tops.set(top, own);
  }
  for (const folder of foldersOf(fs, root)) {
    const top = dirname(folder);
    const own = await become(folder);
    if (own !== fs) theirs.tops.set(top, own);
  }
  return theirs.paths.size + theirs.tops.size === 0 ? fs : routed(fs, theirs);
}

/** Gives the file system for a path. Who is not root has only the own rights. */
function becoming(fs: FileSystem): (path: string, owner?: Owner) => Promise<FileSystem> {
  const masterOf = masters(fs);
  const known = new Map<string, FileSystem>();
  return async (path, owner) => {
    const master = owner ?? (fs.uid === 0 ? masterOf(path) : null);
    if (master === null || master.uid === fs.uid) return fs;
    const key = `${master.uid}:${master.gid}`;
    const own = known.get(key) ?? await fs.as(master);
    known.set(key, own);
    return own;
  };
}

/** With a damaged list nothing is known of them; who needs it says so. */
function foldersOf(fs: ReadFs, root: string): readonly string[] {
  try {
    return readOriginals(fs, root).folders;
  } catch (thrown) {
    if (thrown instanceof SysError && thrown.kind === "snapshot") return [];
    throw thrown;
  }
}

/** The paths of steps. */
export function pathsOfSteps(steps: readonly Step[]): OwnedPath[] {
  return steps.flatMap((step) => step.kind === "path" ? [step] : []);
}

/** Folders that were made for somebody, as the originals tell. */
export function pathsOfOriginals(
  originals: Readonly<Record<string, { readonly kind: string; readonly owner?: Owner }>>,
): OwnedPath[] {
  return Object.entries(originals).flatMap(([path, { kind, owner }]) =>
    kind === "absent" && owner ? [{ path, owner }] : []
  );
}

/** `<top>/.syslua-held-…`, and what is in it. */
const IN_HELD = new RegExp(`^(.*)/${HELD.replaceAll(".", "[.]")}[0-9a-f]{12}(?:/[0-9]+)?$`);

function routed(fs: FileSystem, { paths, tops }: Theirs): FileSystem {
  const of = (path: unknown) => {
    const known = paths.get(String(path));
    if (known !== undefined || tops.size === 0) return known ?? fs;
    const top = IN_HELD.exec(String(path))?.[1];
    return top === undefined ? fs : tops.get(top) ?? fs;
  };
  const result = Object.create(fs) as Record<string, unknown>;
  for (const name of METHODS) {
    result[name] = (...args: unknown[]) => {
      const to = of(name === "symlink" || TWO.has(name) ? args[1] : args[0]);
      if (TWO.has(name) && of(args[0]) !== to) throw new FsError(name, String(args[1]), "EXDEV");
      // deno-lint-ignore no-explicit-any
      return (to[name] as any)(...args);
    };
  }
  result.sameRights = (one: string, other: string) => of(one) === of(other);
  result.lock = fs.lock.bind(fs);
  result.as = fs.as.bind(fs);
  return result as unknown as FileSystem;
}
