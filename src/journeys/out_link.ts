/** Takes a path and what is to be built, puts a link there to each output. As long as the link is there and leads to
 * the output, gc keeps it: `gcroots/auto/<hash of the path>` has the path of the link. Earlier versions made a link to it. */
import { dirname, join } from "node:path/posix";
import { besidePath } from "../activation/beside.ts";
import { asTheirUsers } from "../activation/their_files.ts";
import { sha256, shortHash } from "../digest.ts";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import type { DerivationHash } from "../manifest/types.ts";
import { makeFolders } from "../system/folders.ts";
import type { FileSystem, ReadFs } from "../system/mod.ts";
import { namedPath } from "../system/named_path.ts";
import { writeLasting } from "../snapshot/files.ts";
import { layoutOf } from "../store/layout.ts";
import { objectsIn } from "../store/names.ts";
import { AUTO, gcRoots } from "../store/roots.ts";
import type { OutputNames, Realized } from "./build.ts";

/** A link to be made. */
export interface OutLink {
  /** Absolute. */
  readonly path: string;
  readonly derivation: DerivationHash;
  readonly output: string;
}

/**
 * The links for what is wanted: PATH for the first output, PATH-dev for another of the same derivation, PATH-2 for the
 * next derivation's.
 * @throws SysError of kind "usage" where something lies that is no such link
 */
export function outLinks(
  machine: Machine,
  wanted: OutputNames,
  path: string,
): OutLink[] {
  const { fs, host } = machine.system;
  const base = namedPath(host, path);
  const links = [...wanted].flatMap(([derivation, outputs], n) =>
    outputs.map((output) => ({
      path: `${base}${n === 0 ? "" : `-${n + 1}`}${output === "out" ? "" : `-${output}`}`,
      derivation,
      output,
    }))
  );
  for (const link of links) refuseTaken(fs, machine.root, link.path);
  return links;
}

/** Makes them, in a user's folder with that user's rights. Call it with the lock still held under which the outputs
 * were realized. */
export async function makeOutLinks(
  { root, store, system: { fs } }: Machine,
  links: readonly OutLink[],
  realized: Realized,
): Promise<void> {
  if (links.length === 0) return;
  const theirs = await asTheirUsers(fs, root, links);
  try {
    for (const { path, derivation, output } of links) {
      const object = realized.get(derivation)?.[output];
      if (object === undefined) continue;
      const entry = entryOf(root, path);
      makeFolders(fs, dirname(entry));
      refuseTaken(theirs, root, path);
      // The root comes first: a link without it would be taken for somebody else's.
      if (fs.lstat(entry) === null) writeLasting(fs, entry, `${path}\n`, 0o600);
      point(theirs, path, store.pathOf(object));
    }
  } finally {
    await fs.dismiss();
  }
}

/** The links that were made and still lead into the store, sorted. */
export function madeOutLinks({ root, system: { fs } }: Machine): string[] {
  const layout = layoutOf(root);
  return gcRoots(fs, layout)
    .flatMap(({ link, objects }) => link !== null && objects.length > 0 ? [link] : []).sort();
}

function entryOf(root: string, path: string): string {
  return join(layoutOf(root).gcroots, AUTO, shortHash(sha256(path)));
}

function refuseTaken(fs: ReadFs, root: string, path: string): void {
  const info = fs.lstat(path);
  if (info === null) {
    if (fs.lstat(dirname(path)) !== null) return;
    throw new SysError("usage", `Cannot link ${path}: ${dirname(path)} does not exist`);
  }
  const isOurs = info.kind === "link" && objectsIn([fs.readLink(path)]).length > 0 &&
    fs.lstat(entryOf(root, path)) !== null;
  if (isOurs) return;
  throw new SysError("usage", `Cannot link ${path}: something is there`, {
    hint: "`--out-link` replaces only what it has made itself; give another path, or remove it",
  });
}

function point(fs: FileSystem, path: string, to: string): void {
  if (fs.lstat(path) === null) return fs.symlink(to, path);
  const spare = besidePath(path);
  if (fs.lstat(spare) !== null) fs.remove(spare);
  fs.symlink(to, spare);
  fs.rename(spare, path);
}
