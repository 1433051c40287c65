/** Takes folders of programs, gives the one folder of links that PATH points into. */
import { basename, dirname, join } from "node:path/posix";
import { sha256Hex } from "../digest.ts";
import { type Place, SysError } from "../errors.ts";
import type { DerivationHash } from "../manifest/types.ts";
import { type ObjectName, objectsIn } from "../store/names.ts";
import type { Store } from "../store/types.ts";
import type { FileSystem, ReadFs } from "../system/fs.ts";
import { leadsToFolder } from "./observe.ts";
import { makeFolders } from "../system/folders.ts";
import { removeTree } from "../store/remove.ts";

/** What comes along with a `bin`: folders beside it. */
const SIBLINGS = ["share/man", "share/fish", "share/zsh", "share/bash-completion", "etc/profile.d"];

/** A folder that joins the profile. */
export interface ProfileFolder {
  /** Absolute, without placeholders. */
  readonly dir: string;
  /** Of two entries with the same name, the one with the lower number wins. */
  readonly priority: number;
  readonly by: string;
  readonly place: Place;
}

/** A profile is realized like a derivation: this names it before it is made. */
export function profileHash(folders: readonly ProfileFolder[]): DerivationHash {
  const description = folders.map(({ dir, priority }) => [dir, priority]).sort();
  return sha256Hex(`profile 1\n${JSON.stringify(description)}`) as DerivationHash;
}

/**
 * The links of a profile: path in it → where it leads. A folder that only one brings is one link.
 * @throws SysError of kind "config" when two bring the same entry
 */
export function profileLinks(
  fs: ReadFs,
  folders: readonly ProfileFolder[],
): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  const sources = new Map<string, Brought[]>();
  const add = (at: string, path: string, folder: ProfileFolder) =>
    sources.set(at, [...sources.get(at) ?? [], { path, folder }]);
  for (const folder of [...folders].sort((a, b) => (a.dir < b.dir ? -1 : 1))) {
    checkFolder(fs, folder);
    add("bin", folder.dir, folder);
    if (basename(folder.dir) !== "bin") continue;
    for (const sibling of SIBLINGS) {
      const path = join(dirname(folder.dir), sibling);
      if (leadsToFolder(fs, path)) add(sibling, path, folder);
    }
  }
  for (const [at, entries] of [...sources].sort(([a], [b]) => (a < b ? -1 : 1))) {
    merge(fs, at, entries, links);
  }
  return links;
}

/** @throws SysError where there is no such folder */
export function checkFolder(fs: ReadFs, { dir, by, place }: ProfileFolder): void {
  if (leadsToFolder(fs, dir)) return;
  throw new SysError("activation", `Cannot add ${dir} to PATH: there is no such folder`, {
    place,
    hint: `look at what ${by} has built`,
  });
}

/** Makes a profile an object, unless it is one already. */
export function buildProfile(
  fs: FileSystem,
  store: Pick<Store, "outputsOf" | "scratchPath" | "register" | "recordOutputs">,
  folders: readonly ProfileFolder[],
): ObjectName {
  const hash = profileHash(folders);
  const known = store.outputsOf(hash)?.out;
  if (known !== undefined) return known;
  const links = profileLinks(fs, folders);
  const scratch = store.scratchPath(hash, "out", "profile", null);
  removeTree(fs, scratch);
  makeFolders(fs, scratch);
  for (const [at, to] of links) {
    makeFolders(fs, join(scratch, dirname(at)));
    fs.symlink(to, join(scratch, at));
  }
  const out = store.register({
    scratch,
    name: "profile",
    version: null,
    candidates: objectsIn(links.values()),
  });
  const dirs = folders.map(({ dir, priority }) => ({ dir, priority }));
  store.recordOutputs(hash, { out }, { name: "profile", folders: dirs });
  return out;
}

/** Something that a folder brings. */
export interface Brought {
  readonly path: string;
  readonly folder: ProfileFolder;
}

function merge(
  fs: ReadFs,
  at: string,
  entries: readonly Brought[],
  links: Map<string, string>,
): void {
  const different = entries.filter(({ path }, n) =>
    entries.findIndex((other) => other.path === path) === n
  );
  if (different.length === 1) return void links.set(at, different[0].path);
  if (different.every(({ path }) => leadsToFolder(fs, path))) {
    const inside = new Map<string, Brought[]>();
    for (const { path, folder } of different) {
      for (const name of fs.readDir(path)) {
        inside.set(name, [...inside.get(name) ?? [], { path: join(path, name), folder }]);
      }
    }
    for (const [name, below] of inside) merge(fs, `${at}/${name}`, below, links);
    return;
  }
  links.set(at, chosenOf(fs, at, different).path);
}

/** Of several of one name the one that wins. @throws SysError of kind "config" where that is not told */
export function chosenOf<B extends Brought>(fs: ReadFs, at: string, all: readonly B[]): B {
  const best = Math.min(...all.map(({ folder }) => folder.priority));
  const [first, ...others] = all.filter(({ folder }) => folder.priority === best);
  const rival = others.find(({ path }) => resolved(fs, path) !== resolved(fs, first.path));
  if (rival === undefined) return first;
  const named = ({ path, folder }: Brought) =>
    `${folder.by} at ${folder.place.file}:${folder.place.line} (${path})`;
  throw new SysError("config", `Cannot build the profile: two packages bring ${at}`, {
    place: rival.folder.place,
    notes: [named(first), named(rival)],
    hint: "drop one, or give the one that should win a lower `priority`",
  });
}

/** Where a path really leads; a dangling link leads to itself. */
function resolved(fs: ReadFs, path: string): string {
  try {
    return fs.realPath(path);
  } catch {
    return path;
  }
}
