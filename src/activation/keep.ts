/** Takes a plan, keeps what it would replace; gives the plan that can put all of it back.
 *
 * Content becomes an object. Beside that the thing itself is held (`hold.ts`): times, attributes and other hard links
 * come back with it. What can't be held (in a folder of somebody else's) comes back with the owner, mode and time that
 * are noted here. */
import { basename, dirname } from "node:path/posix";
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

/** Bytes of a file above which it is copied a chunk at a time, and of those that are in memory together. */
const LARGE = 8 << 20;

/** Where things are kept. */
export interface Keeper {
  readonly fs: FileSystem;
  readonly root: string;
  readonly store: Pick<Store, "addFiles" | "addTree" | "pathOf">;
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
  const found: Keepable[] = [];
  const { next } = readOriginals(fs, root);
  for (const path of plan.backups) {
    const one = holdOne(keeper, path, next + found.length, true);
    if (one !== null) found.push(one);
  }
  const kept = new Map<string, Original>();
  for (const original of keepContents(keeper, found)) {
    const known = plan.originals[original.path];
    const first = known === undefined ||
      (!("kept" in known) && sameState(known, original.state));
    kept.set(original.path, { ...original, why: first ? "original" : "edit" });
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
  const found = holdOne(keeper, path, number, moves);
  return found === null ? null : keepContents(keeper, [found])[0];
}

/** What lies at a path, and is held if it can be. Its content is yet to be kept. */
interface Keepable {
  readonly path: string;
  readonly place: string;
  /** Of a file those of what was read, whatever lay there before. */
  readonly info: FileInfo;
  readonly number: number;
  readonly state: Held;
  readonly kept: KeptState["kept"];
}

/** What can be kept. */
type Held = Exclude<PathState, { kind: "absent" | "other" }>;

function holdOne(
  { fs, root }: Keeper,
  path: string,
  number: number,
  moves: boolean,
): Keepable | null {
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
  return { path, place, info: { ...info, ...state }, number, state, kept };
}

/** Makes the contents of files objects, those of many small ones together. */
function keepContents(keeper: Keeper, all: readonly Keepable[]): Original[] {
  const { fs, time } = keeper;
  const contents = new Map<Keepable, string>();
  const small: Keepable[] = [];
  let bytes = 0;
  const flush = () => {
    addSmall(keeper, small).forEach((content, n) => contents.set(small[n], content));
    small.length = bytes = 0;
  };
  for (const one of all) {
    if (one.state.kind !== "file") continue;
    if (one.info.size > LARGE) {
      contents.set(one, addLarge(keeper, one));
      continue;
    }
    if (bytes + one.info.size > LARGE) flush();
    small.push(one);
    bytes += one.info.size;
  }
  flush();
  return all.map((one) => {
    const { number, path, state, kept, info: { size } } = one;
    const content = contents.get(one);
    if (state.kind === "file" && digestOfFile(fs, content!) !== state.digest) throw changed(path);
    const whole: KeptState = state.kind === "file"
      ? { ...state, content, kept }
      : { ...state, kept };
    return { number, time, path, why: "edit", state: whole, size };
  });
}

/** A file's owner and mode are those of what was read, whatever lay there before. */
function ownedStateAt(fs: FileSystem, path: string): PathState & { readonly owner?: Owner } {
  return stateAt(fs, path, true);
}

/** Owner and time of what lies somewhere. */
export function detailsOf({ uid, gid, mtime }: FileInfo) {
  return { uid, gid, mtime: Math.max(0, mtime) };
}

function nameOf(path: string): string {
  return `original-${basename(path)}`;
}

function addSmall({ fs, store }: Keeper, files: readonly Keepable[]): string[] {
  const objects = store.addFiles(files.map(({ path, place, info }) => ({
    name: nameOf(path),
    content: readWhole(fs, place),
    executable: (info.mode & 0o100) !== 0,
    isPrivate: isPrivate(info),
  })));
  return objects.map((object) => store.pathOf(object));
}

function addLarge({ fs, root, store }: Keeper, { path, place, info, number }: Keepable): string {
  // What may be somebody else's the store, which is root's, does not look at by name.
  if (place === heldPath(root, number)) return store.pathOf(store.addTree(nameOf(path), place));
  makeLastingFolders(fs, originalsFolder(root), 0o700);
  const copy = `${heldPath(root, number)}${UNFINISHED}`;
  if (fs.lstat(copy) !== null) fs.remove(copy);
  copyItself(fs, place, copy, info.mode & 0o777 | 0o600);
  const object = store.addTree(nameOf(path), copy);
  fs.remove(copy);
  return store.pathOf(object);
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
