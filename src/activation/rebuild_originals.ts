/** Takes a root whose list of originals is damaged, makes the list again from what snapshots say and from what lies
 * there. */
import { basename, dirname } from "node:path";
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
import { readSnapshot, snapshotNumbers } from "../snapshot/history.ts";
import type { Snapshot } from "../snapshot/types.ts";
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
  const snapshots = readableSnapshots(ownFs, root);
  const paths = snapshots.flatMap(({ wanted }) => wanted.paths);
  const fs = await asTheirUsers(ownFs, root, paths);
  const folders = [...new Set([...known?.folders ?? [], ...heldFolders(fs, root, snapshots)])];
  const found = new Map<number, Original>((known?.originals ?? []).map((one) => [one.number, one]));
  for (const one of recorded(fs, snapshots)) {
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

function readableSnapshots(fs: FileSystem, root: string): Snapshot[] {
  return snapshotNumbers(fs, root).flatMap((number) => {
    try {
      return [readSnapshot(fs, root, number)];
    } catch (thrown) {
      if (thrown instanceof SysError && thrown.kind === "snapshot") return [];
      throw thrown;
    }
  });
}

/** Folders outside of the root that are there and in which something may be held. */
function heldFolders(fs: FileSystem, root: string, snapshots: readonly Snapshot[]): string[] {
  const above = snapshots.flatMap(({ wanted, originals }) => [
    ...wanted.paths.flatMap(({ path }) => foldersAbove(fs, root, path)),
    ...Object.values(originals).flatMap((state) =>
      "kept" in state && state.kept?.held?.includes(`/${HELD}`) ? [dirname(state.kept.held)] : []
    ),
  ]);
  return [...new Set(above)].filter((folder) => leadsToFolder(fs, folder));
}

/** What snapshots say. */
function recorded(fs: FileSystem, snapshots: readonly Snapshot[]): Original[] {
  return snapshots.flatMap(({ originals, time }) =>
    Object.entries(originals).flatMap(([path, state]): Original[] => {
      if (state.kind === "absent" || state.kind === "other") return [];
      const kept = state.kept;
      if (kept?.number === undefined) return [];
      const content = state.kind === "file" ? state.content : undefined;
      const size = content === undefined ? 0 : fs.lstat(content)?.size ?? 0;
      const whole = { ...state, kept: { ...kept, number: kept.number } };
      return [{ number: kept.number, time, path, why: "original", state: whole, size }];
    })
  );
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
