/** Takes a root whose list of originals is damaged, makes the list again from what snapshots say and from what lies
 * there. */
import { join } from "node:path";
import { SysError } from "../errors.ts";
import {
  heldPath,
  type Original,
  type Originals,
  originalsFolder,
  originalsPath,
  readOriginals,
  writeOriginals,
} from "../snapshot/originals.ts";
import { freeName, UNFINISHED } from "../snapshot/files.ts";
import { readSnapshot, snapshotNumbers } from "../snapshot/history.ts";
import { layoutOf, objectPath } from "../store/layout.ts";
import { objectNames } from "../store/list.ts";
import type { FileSystem } from "../system/fs.ts";
import { writeAtomic } from "../system/write_atomic.ts";
import { detailsOf } from "./keep.ts";
import { stateAt } from "./observe.ts";
import { isInPlace } from "./originals.ts";

/** Keeps a damaged list beside and writes another. With `force`, adds to one in order what it does not list. Gives
 * how many it has; null where nothing was to be done. */
export function rebuildOriginals(fs: FileSystem, root: string, force = false): number | null {
  const known = readable(fs, root);
  if (known !== null && !force) return null;
  const found = new Map<number, Original>((known?.originals ?? []).map((one) => [one.number, one]));
  for (const one of recorded(fs, root)) {
    if (!found.has(one.number) && !isInPlace(fs, one)) found.set(one.number, one);
  }
  for (const one of held(fs, root)) if (!found.has(one.number)) found.set(one.number, one);
  for (const one of nameless(fs, root, [...found.values()])) found.set(one.number, one);
  if (known === null) keepDamaged(fs, originalsPath(root));
  const next = Math.max(known?.next ?? 1, ...[...found.keys()].map((number) => number + 1));
  writeOriginals(fs, root, { next, originals: [...found.values()] });
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

/** What snapshots that can be read say. */
function recorded(fs: FileSystem, root: string): Original[] {
  return snapshotNumbers(fs, root).flatMap((number) => {
    try {
      const { originals, time } = readSnapshot(fs, root, number);
      return Object.entries(originals).flatMap(([path, state]): Original[] => {
        if (state.kind === "absent" || state.kind === "other") return [];
        const kept = state.kept;
        if (kept?.number === undefined) return [];
        const content = state.kind === "file" ? state.content : undefined;
        const size = content === undefined ? 0 : fs.lstat(content)?.size ?? 0;
        const whole = { ...state, kept: { ...kept, number: kept.number } };
        return [{ number: kept.number, time, path, why: "original", state: whole, size }];
      });
    } catch (thrown) {
      if (thrown instanceof SysError && thrown.kind === "snapshot") return [];
      throw thrown;
    }
  });
}

/** What is held, and where it was is not known any more. */
function held(fs: FileSystem, root: string): Original[] {
  if (fs.lstat(originalsFolder(root)) === null) return [];
  return fs.readDir(originalsFolder(root)).flatMap((name): Original[] => {
    if (!/^[1-9][0-9]*$/.test(name)) return [];
    const number = Number(name);
    const path = heldPath(root, number);
    const info = fs.lstat(path);
    const state = stateAt(fs, path);
    if (info === null || state.kind === "absent" || state.kind === "other") return [];
    const kept = { number, held: path, ...detailsOf(info) };
    const content = state.kind === "file" ? { content: path } : {};
    const time = new Date(info.mtime * 1000).toISOString();
    const from = join(originalsFolder(root), name);
    const size = info.size;
    return [{ number, time, path: from, why: "edit", state: { ...state, ...content, kept }, size }];
  });
}

/** What lies in the store, and nothing says any more where it was. */
function nameless(fs: FileSystem, root: string, known: readonly Original[]): Original[] {
  const digests = new Set(known.map(({ state }) => state.kind === "file" ? state.digest : ""));
  const layout = layoutOf(root);
  let next = Math.max(0, ...known.map(({ number }) => number)) + 1;
  return objectNames(fs, layout).filter((name) => name.startsWith("original-")).flatMap((name) => {
    const path = objectPath(layout, name);
    const info = fs.lstat(path);
    const state = stateAt(fs, path);
    if (info === null || state.kind !== "file" || digests.has(state.digest)) return [];
    const number = next++;
    const whole = { ...state, content: path, kept: { number, ...detailsOf(info) } };
    const time = new Date(info.mtime * 1000).toISOString();
    return [{ number, time, path, why: "edit" as const, state: whole, size: info.size }];
  });
}
