/** Takes folders of programs, gives the one folder of links that PATH points into. */
import { basename, dirname, join } from "node:path/posix";
import { sha256Hex } from "../digest.ts";
import { type Place, SysError } from "../errors.ts";
import type { DerivationHash } from "../manifest/types.ts";
import type { LinkSupport } from "../platform/links.ts";
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
  const sources = new Map<string, Entry[]>();
  const add = (at: string, path: string, folder: ProfileFolder) =>
    sources.set(at, [...sources.get(at) ?? [], { path, folder }]);
  for (const folder of [...folders].sort((a, b) => (a.dir < b.dir ? -1 : 1))) {
    if (!leadsToFolder(fs, folder.dir)) {
      throw new SysError(
        "activation",
        `Cannot add ${folder.dir} to PATH: there is no such folder`,
        {
          place: folder.place,
          hint: `look at what ${folder.by} has built`,
        },
      );
    }
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

/** Makes a profile an object, unless it is one already. */
export function buildProfile(
  fs: FileSystem,
  store: Pick<Store, "outputsOf" | "scratchPath" | "register" | "recordOutputs">,
  folders: readonly ProfileFolder[],
  power: LinkSupport,
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
    // A file that can't be linked is copied by the store, which takes no hard links from outside.
    if (power === "everything" || leadsToFolder(fs, to)) fs.symlink(to, join(scratch, at));
    else fs.link(fs.realPath(to), join(scratch, at));
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

interface Entry {
  readonly path: string;
  readonly folder: ProfileFolder;
}

function merge(
  fs: ReadFs,
  at: string,
  entries: readonly Entry[],
  links: Map<string, string>,
): void {
  const different = entries.filter(({ path }, n) =>
    entries.findIndex((other) => other.path === path) === n
  );
  if (different.length === 1) return void links.set(at, different[0].path);
  if (different.every(({ path }) => leadsToFolder(fs, path))) {
    const inside = new Map<string, Entry[]>();
    for (const { path, folder } of different) {
      for (const name of fs.readDir(path)) {
        inside.set(name, [...inside.get(name) ?? [], { path: join(path, name), folder }]);
      }
    }
    for (const [name, below] of inside) merge(fs, `${at}/${name}`, below, links);
    return;
  }
  const best = Math.min(...different.map(({ folder }) => folder.priority));
  const [first, ...others] = different.filter(({ folder }) => folder.priority === best);
  const rival = others.find(({ path }) => resolved(fs, path) !== resolved(fs, first.path));
  if (rival === undefined) return void links.set(at, first.path);
  const named = ({ path, folder }: Entry) =>
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
