/** Takes a root whose list of originals is damaged, makes the list again from what snapshots say and from what lies
 * there. */
import { basename, dirname } from "node:path/posix";
import { SysError } from "../errors.ts";
import {
  type Original,
  originalObjects,
  type Originals,
  originalsFolder,
  originalsPath,
  readOriginals,
  writeOriginals,
} from "../snapshot/originals.ts";
import { freeName } from "../system/free_name.ts";
import { UNFINISHED } from "../snapshot/files.ts";
import { Bases } from "../snapshot/base.ts";
import { readSnapshot, snapshotNumbers } from "../snapshot/history.ts";
import type { Snapshot } from "../snapshot/types.ts";
import type { WantedPath } from "../plan/types.ts";
import type { FileSystem } from "../system/fs.ts";
import { writeAtomic } from "../system/write_atomic.ts";
import { detailsOf } from "./keep.ts";
import { foldersAbove, HELD } from "./hold.ts";
import { leadsToFolder, stateAt } from "./observe.ts";
import { heldIn, isInPlace } from "./originals.ts";
import { asTheirUsers } from "./their_files.ts";

/** Keeps a damaged list beside and writes another. With `force`, adds to one in order what it does not list. Gives
 * how many it has; null where nothing was to be done. */
export async function rebuildOriginals(
  ownFs: FileSystem,
  root: string,
  force = false,
): Promise<number | null> {
  const known = readable(ownFs, root);
  if (known !== null && !force) return null;
  const past = readPast(ownFs, root);
  const fs = await asTheirUsers(ownFs, root, past.paths.values());
  const folders = [...new Set([...known?.folders ?? [], ...heldFolders(fs, root, past)])];
  const found = new Map<number, Original>((known?.originals ?? []).map((one) => [one.number, one]));
  for (const one of recorded(fs, past)) {
    if (!found.has(one.number) && !isInPlace(fs, one)) found.set(one.number, one);
  }
  for (const one of held(fs, [originalsFolder(root), ...folders])) {
    if (!found.has(one.number)) found.set(one.number, one);
  }
  for (const one of nameless(fs, root, [...found.values()])) found.set(one.number, one);
  if (known === null) keepDamaged(fs, originalsPath(root));
  const next = Math.max(known?.next ?? 1, ...[...found.keys()].map((number) => number + 1));
  writeOriginals(fs, root, { next, originals: [...found.values()], folders });
  return found.size;
}

function readable(fs: FileSystem, root: string): Originals | null {
  try {
    return readOriginals(fs, root);
  } catch (thrown) {
    if (thrown instanceof SysError && /it is damaged/.test(thrown.message)) return null;
    throw thrown;
  }
}

/** A copy, since whoever is killed while no list is there would leave one that says that nothing was kept. */
function keepDamaged(fs: FileSystem, path: string): void {
  const to = freeName(fs, `${path}.damaged`);
  if (fs.lstat(path)?.kind !== "file") return fs.rename(path, to);
  writeAtomic(fs, to, fs.readFile(path), {
    spare: freeName(fs, `${to}${UNFINISHED}`),
    mode: 0o600,
  });
}

/** What the snapshots that can be read say, each thing once. */
interface Past {
  readonly paths: ReadonlyMap<string, WantedPath>;
  /** By number: when and where something was set aside, and what. */
  readonly originals: ReadonlyMap<number, Pick<Original, "time" | "path" | "state">>;
  /** Folders outside of the root in which something was held. */
  readonly folders: ReadonlySet<string>;
}

function readPast(fs: FileSystem, root: string): Past {
  const paths = new Map<string, WantedPath>();
  const originals = new Map<number, Pick<Original, "time" | "path" | "state">>();
  const folders = new Set<string>();
  for (const snapshot of readableSnapshots(fs, root)) {
    for (const one of snapshot.wanted.paths) paths.set(one.path, one);
    for (const [path, state] of Object.entries(snapshot.originals)) {
      if (state.kind === "absent" || state.kind === "other" || !state.kept) continue;
      const { number, held } = state.kept;
      if (held?.includes(`/${HELD}`)) folders.add(dirname(held));
      if (number === undefined || originals.has(number)) continue;
      const whole = { ...state, kept: { ...state.kept, number } };
      originals.set(number, { time: snapshot.time, path, state: whole });
    }
  }
  return { paths, originals, folders };
}

function* readableSnapshots(fs: FileSystem, root: string): Generator<Snapshot, void> {
  const bases = new Bases(fs, root);
  for (const number of snapshotNumbers(fs, root)) {
    try {
      yield readSnapshot(fs, root, number, bases);
    } catch (thrown) {
      if (!(thrown instanceof SysError) || thrown.kind !== "snapshot") throw thrown;
    }
  }
}

/** Folders outside of the root that are there and in which something may be held. */
function heldFolders(fs: FileSystem, root: string, { paths, folders }: Past): string[] {
  const above = [...paths.keys()].flatMap((path) => foldersAbove(fs, root, path));
  return [...new Set([...above, ...folders])].filter((folder) => leadsToFolder(fs, folder));
}

/** What snapshots say. */
function recorded(fs: FileSystem, { originals }: Past): Original[] {
  return Array.from(originals, ([number, { time, path, state }]): Original => {
    const content = state.kind === "file" ? state.content : undefined;
    const size = content === undefined ? 0 : fs.lstat(content)?.size ?? 0;
    return { number, time, path, why: "original", state, size };
  });
}

/** What is held, and where it was is not known any more. */
function held(fs: FileSystem, folders: readonly string[]): Original[] {
  return heldIn(fs, folders).flatMap((path): Original[] => {
    const number = Number(basename(path));
    const info = fs.lstat(path);
    const state = stateAt(fs, path);
    if (info === null || state.kind === "absent" || state.kind === "other") return [];
    const kept = { number, held: path, ...detailsOf(info) };
    const content = state.kind === "file" ? { content: path } : {};
    const time = new Date(info.mtime * 1000).toISOString();
    const whole = { ...state, ...content, kept };
    return [{ number, time, path, why: "edit", state: whole, size: info.size }];
  });
}

/** What lies in the store, and nothing says any more where it was. */
function nameless(fs: FileSystem, root: string, known: readonly Original[]): Original[] {
  const digests = new Set(known.map(({ state }) => state.kind === "file" ? state.digest : ""));
  let next = Math.max(0, ...known.map(({ number }) => number)) + 1;
  return originalObjects(fs, root).flatMap((path) => {
    const info = fs.lstat(path);
    const state = stateAt(fs, path);
    if (info === null || state.kind !== "file" || digests.has(state.digest)) return [];
    const number = next++;
    const whole = { ...state, content: path, kept: { number, ...detailsOf(info) } };
    const time = new Date(info.mtime * 1000).toISOString();
    return [{ number, time, path, why: "edit" as const, state: whole, size: info.size }];
  });
}
