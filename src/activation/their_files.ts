/** Takes paths that root manages for others, gives the file system in which each is reached with the rights of the
 * user whose it is: what that user swaps for a link meanwhile leads to nothing that is not theirs. */
import { dirname } from "node:path";
import type { Owner, Step, WantedPath } from "../plan/types.ts";
import { CHANGES, type FileSystem, FsError, LOOKS } from "../system/fs.ts";
import { besidePath } from "./beside.ts";

type OwnedPath = Pick<WantedPath, "path" | "owner">;

const METHODS = [...LOOKS, ...CHANGES, "syncDir"] as const;

/** Methods about two paths. Of a symbolic link only the second is reached. */
const TWO = new Set<string>(["rename", "link"]);

/** The file system for some paths, some of which have an owner. */
export async function asTheirUsers(
  fs: FileSystem,
  paths: Iterable<OwnedPath>,
): Promise<FileSystem> {
  const theirs = new Map<string, FileSystem>();
  for (const { path, owner } of paths) {
    if (owner === undefined) continue;
    const own = await fs.as(owner);
    if (own === fs) continue;
    for (const reached of [path, besidePath(path), dirname(path)]) theirs.set(reached, own);
  }
  return theirs.size === 0 ? fs : routed(fs, theirs);
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

function routed(fs: FileSystem, theirs: ReadonlyMap<string, FileSystem>): FileSystem {
  const of = (path: unknown) => theirs.get(String(path)) ?? fs;
  const result = Object.create(fs) as Record<string, unknown>;
  for (const name of METHODS) {
    result[name] = (...args: unknown[]) => {
      const to = of(name === "symlink" || TWO.has(name) ? args[1] : args[0]);
      if (TWO.has(name) && of(args[0]) !== to) throw new FsError(name, String(args[1]), "EXDEV");
      // deno-lint-ignore no-explicit-any
      return (to[name] as any)(...args);
    };
  }
  result.lock = fs.lock.bind(fs);
  result.as = fs.as.bind(fs);
  return result as unknown as FileSystem;
}
