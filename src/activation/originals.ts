/** Takes what was kept for a plan that is done or was undone, puts the list of originals and what is held in order. */
import { basename, join } from "node:path/posix";
import { SysError } from "../errors.ts";
import type { PathState, Step } from "../plan/types.ts";
import { sameState } from "../plan/state.ts";
import {
  addOriginals,
  heldOf,
  type Original,
  type Originals,
  originalsFolder,
  readOriginals,
  removeOriginals,
} from "../snapshot/originals.ts";
import type { FileSystem, ReadFs } from "../system/fs.ts";
import { readJournals } from "./journal.ts";
import { tidyHeldFolders } from "./hold.ts";
import { detailsOf } from "./keep.ts";
import { leadsToFolder, stateAt } from "./observe.ts";

/**
 * After a plan is done: what lies at its place again is struck off the list.
 * @param returned numbers that the plan gave back
 * @param managed paths that are sys.lua's
 * @returns what was held and had been changed meanwhile through another name: it stays, as an edit
 */
export function strikeReturned(
  fs: FileSystem,
  root: string,
  returned: ReadonlySet<number>,
  managed: (path: string) => boolean,
): Original[] {
  const { originals } = readOriginals(fs, root);
  const back = originals.filter((one) =>
    (returned.has(one.number) || (one.why === "original" && !managed(one.path))) &&
    isInPlace(fs, one)
  );
  const changed = back.flatMap((one) => letGo(fs, root, one));
  const numbers = new Set(back.map(({ number }) => number));
  for (const { number } of changed) numbers.delete(number);
  removeOriginals(fs, root, numbers);
  addOriginals(fs, root, changed);
  tidyHeldFolders(fs, root);
  return changed;
}

/**
 * After a plan was undone: what was kept for it is at its place again, and no original. What could not be put back
 * stays on the list.
 */
export function strikeUndone(
  fs: FileSystem,
  root: string,
  kept: readonly Original[],
  unrestored: ReadonlySet<string>,
): void {
  // What a person put there instead, or a later apply, is not what was kept.
  const back = kept.filter((one) => !unrestored.has(one.path) && isInPlace(fs, one));
  const changed = back.flatMap((one) => letGo(fs, root, one));
  const gone = new Set(back.map(({ number }) => number));
  for (const { number } of changed) gone.delete(number);
  removeOriginals(fs, root, gone);
  addOriginals(fs, root, [...changed, ...kept.filter((one) => !back.includes(one))]);
  tidyHeldFolders(fs, root);
}

/** Removes what is held for nobody, where it has another name: an apply was killed before it had begun. */
export function sweepHeld(fs: FileSystem, root: string): void {
  if (fs.lstat(originalsFolder(root)) === null) return;
  const list = readableList(fs, root);
  // With a damaged list nothing is known to be for nobody.
  if (list === null) return;
  const journals = readJournals(fs, root);
  const needed = new Set(
    [...list.originals, ...journals.flatMap(({ header }) => header.kept ?? [])]
      .map(({ number }) => number),
  );
  for (const held of heldIn(fs, [originalsFolder(root), ...list.folders])) {
    if (needed.has(Number(basename(held)))) continue;
    const info = fs.lstat(held);
    // What has no other name is the user's only one.
    if (info !== null && info.kind !== "dir" && info.nlink > 1) fs.remove(held);
  }
  // Undoing may hold something there again.
  if (journals.length === 0) tidyHeldFolders(fs, root);
}

/** Paths of all that is held in folders. */
export function heldIn(fs: ReadFs, folders: readonly string[]): string[] {
  return folders.filter((folder) => leadsToFolder(fs, folder)).flatMap((folder) =>
    fs.readDir(folder).filter((name) => /^[1-9][0-9]*$/.test(name)).map((name) =>
      join(folder, name)
    )
  );
}

function readableList(fs: FileSystem, root: string): Originals | null {
  try {
    return readOriginals(fs, root);
  } catch (thrown) {
    if (thrown instanceof SysError && thrown.kind === "snapshot") return null;
    throw thrown;
  }
}

/** Whether an original lies where it was. */
export function isInPlace(fs: FileSystem, { path, state, size }: Original): boolean {
  const info = fs.lstat(path);
  if (info?.kind !== state.kind || (state.kind === "file" && info.size !== size)) return false;
  return sameState(stateAt(fs, path), state);
}

/** Ends the holding of something that is at its place. Gives it back, as an edit, where it is not that any more. */
function letGo(fs: FileSystem, root: string, original: Original): Original[] {
  const held = heldOf(root, original);
  const info = fs.lstat(held);
  if (info === null) return [];
  const state = stateAt(fs, held);
  if (sameState(state, original.state) || state.kind === "absent" || state.kind === "other") {
    fs.remove(held);
    return [];
  }
  const kept = { number: original.number, held, ...detailsOf(info) };
  const content = state.kind === "file" ? { content: held } : {};
  return [{ ...original, why: "edit", size: info.size, state: { ...state, ...content, kept } }];
}

/**
 * Lists what was at the paths of steps that nobody undoes any more.
 * @param time when they were to be done
 * @returns the number of each, by its path
 */
export function keepForgotten(
  fs: FileSystem,
  root: string,
  steps: readonly Step[],
  time: string,
): Map<string, number> {
  const { next, originals } = readOriginals(fs, root);
  const listed = new Set(originals.map(({ number }) => number));
  const some: Original[] = [];
  const numbers = new Map<string, number>();
  for (const step of steps) {
    if (step.kind !== "path" || !isUsers(step.before)) continue;
    const { path, before } = step;
    const number = before.kept?.number ?? next + some.length;
    numbers.set(path, number);
    if (listed.has(number)) continue;
    const content = before.kind === "file" ? before.content : undefined;
    const size = content === undefined ? 0 : fs.lstat(content)?.size ?? 0;
    const kept = { uid: 0, gid: 0, mtime: 0, ...before.kept, number };
    some.push({ number, time, path, why: "original", state: { ...before, kept }, size });
  }
  addOriginals(fs, root, some);
  return numbers;
}

/** Whether what was at a path had been set aside: what sys.lua itself had put there had not. */
function isUsers(state: PathState): state is Extract<PathState, { kind: "file" | "link" | "dir" }> {
  if (state.kind === "absent" || state.kind === "other") return false;
  if (state.kept?.number !== undefined) return true;
  return state.kind === "file" && state.content !== undefined &&
    basename(state.content).startsWith("original-");
}
