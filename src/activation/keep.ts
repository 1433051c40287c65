/** Takes a plan, keeps what it would replace; gives the plan that can put all of it back.
 *
 * Content becomes an object. Beside that the thing itself is held (`hold.ts`): times, attributes and other hard links
 * come back with it. What can't be held (in a folder of somebody else's) comes back with the owner, mode and time that
 * are noted here. */
import { basename, dirname } from "node:path";
import { SysError } from "../errors.ts";
import { sameState } from "../plan/state.ts";
import type { Owner, PathState, Plan, Step } from "../plan/types.ts";
import {
  heldPath,
  type KeptState,
  type Original,
  originalsFolder,
  readOriginals,
} from "../snapshot/originals.ts";
import { isPrivate } from "../store/privacy.ts";
import type { Store } from "../store/types.ts";
import type { FileInfo, FileSystem } from "../system/fs.ts";
import { makeLastingFolders } from "../system/folders.ts";
import { copyItself, readWhole } from "../system/contents.ts";
import { UNFINISHED } from "../snapshot/files.ts";
import { hold } from "./hold.ts";
import { digestOfFile, stateAt } from "./observe.ts";

/** Bytes of a file above which it is copied a chunk at a time. */
const LARGE = 8 << 20;

/** Where things are kept. */
export interface Keeper {
  readonly fs: FileSystem;
  readonly root: string;
  readonly store: Pick<Store, "addFile" | "addTree" | "pathOf">;
  /** ISO 8601. */
  readonly time: string;
}

/** The plan, able to put everything back, and what was kept for that. */
export interface KeptPlan {
  readonly plan: Plan;
  readonly kept: readonly Original[];
}

/** Keeps what a plan would replace. Nothing is listed yet: the journal names it until the plan is done. */
export function keepOriginals(keeper: Keeper, plan: Plan): KeptPlan {
  const { fs, root } = keeper;
  const kept = new Map<string, Original>();
  let number = readOriginals(fs, root).next;
  for (const path of plan.backups) {
    const known = plan.originals[path];
    const original = keepOne(keeper, path, number, true);
    if (original === null) continue;
    const first = known === undefined ||
      (!("kept" in known) && sameState(known, original.state));
    kept.set(path, { ...original, why: first ? "original" : "edit" });
    number++;
  }
  flushHeld(fs, root, [...kept.values()]);
  return withKept(fs, plan, kept);
}

/** Flushes the folders in which something is held by now. */
function flushHeld(fs: FileSystem, root: string, kept: readonly Original[]): void {
  const held = kept.flatMap(({ state: { kept: { held } } }) => held === undefined ? [] : [held]);
  for (const folder of new Set([originalsFolder(root), ...held.map((path) => dirname(path))])) {
    if (fs.lstat(folder) !== null) fs.syncDir(folder);
  }
}

/**
 * Keeps what lies at a path. Null when nothing that can be kept is there.
 * @param moves a step is about to put something else there, which renames what can't be linked
 */
export function keepOne(
  keeper: Keeper,
  path: string,
  number: number,
  moves: boolean,
): Original | null {
  const { fs, root, time } = keeper;
  const found = hold(fs, root, path, number);
  const held = found?.linked || moves ? found?.held : undefined;
  // What is held can't be exchanged any more for something else.
  const place = found?.linked ? found.held : path;
  const info = fs.lstat(place);
  if (info === null || info.kind === "other") return null;
  const { owner, ...state } = ownedStateAt(fs, place);
  if (state.kind === "absent" || state.kind === "other") return null;
  const kept: KeptState["kept"] = {
    ...{ number, ...(held === undefined ? {} : { held }), ...detailsOf(info) },
    ...owner,
  };
  const content = state.kind === "file"
    ? addContent(keeper, { path, place, info: { ...info, ...state }, number })
    : undefined;
  if (content !== undefined && digestOfFile(fs, content) !== (state as { digest: string }).digest) {
    throw changed(path);
  }
  const whole: KeptState = state.kind === "file" ? { ...state, content, kept } : { ...state, kept };
  return { number, time, path, why: "edit", state: whole, size: info.size };
}

/** A file's owner and mode are those of what was read, whatever lay there before. */
function ownedStateAt(fs: FileSystem, path: string): PathState & { readonly owner?: Owner } {
  return stateAt(fs, path, true);
}

/** Owner and time of what lies somewhere. */
export function detailsOf({ uid, gid, mtime }: FileInfo) {
  return { uid, gid, mtime: Math.max(0, mtime) };
}

/** What is made an object, and where from. */
interface Keepable {
  readonly path: string;
  readonly place: string;
  readonly info: FileInfo;
  readonly number: number;
}

function addContent(
  { fs, root, store }: Keeper,
  { path, place, info, number }: Keepable,
): string {
  const name = `original-${basename(path)}`;
  const executable = (info.mode & 0o100) !== 0;
  const add = () => {
    if (info.size <= LARGE) {
      return store.addFile(name, readWhole(fs, place), executable, isPrivate(info));
    }
    // What may be somebody else's the store, which is root's, does not look at by name.
    if (place === heldPath(root, number)) return store.addTree(name, place);
    makeLastingFolders(fs, originalsFolder(root), 0o700);
    const copy = `${heldPath(root, number)}${UNFINISHED}`;
    if (fs.lstat(copy) !== null) fs.remove(copy);
    copyItself(fs, place, copy, info.mode & 0o777 | 0o600);
    const object = store.addTree(name, copy);
    fs.remove(copy);
    return object;
  };
  return store.pathOf(add());
}

/** The plan with the places where things are kept. */
function withKept(fs: FileSystem, plan: Plan, kept: ReadonlyMap<string, Original>): KeptPlan {
  const place = (path: string, state: PathState): PathState => {
    if (state.kind === "absent" || state.kind === "other" || state.kept) return state;
    const found = kept.get(path)?.state;
    if (found && sameState(found, state)) return found;
    if (state.kind === "file" && state.content === undefined) throw changed(path);
    return state;
  };
  const noted = (path: string, state: PathState): PathState => {
    const info = state.kind === "dir" && !state.kept ? fs.lstat(path) : null;
    return state.kind === "dir" && info ? { ...state, kept: detailsOf(info) } : place(path, state);
  };
  const originals = Object.fromEntries(
    Object.entries(plan.originals).map(([path, state]) => [path, place(path, state)]),
  );
  const steps = plan.steps.map((step): Step =>
    step.kind !== "path"
      ? step
      : { ...step, before: noted(step.path, place(step.path, step.before)) }
  );
  return { plan: { ...plan, originals, steps }, kept: [...kept.values()] };
}

function changed(path: string): SysError {
  return new SysError("activation", `Cannot replace ${path}: it changed since the plan was made`, {
    hint: "run the command again",
  });
}
