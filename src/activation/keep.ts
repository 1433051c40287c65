/** Takes a plan, keeps what it would replace; gives the plan that can put all of it back.
 *
 * Content becomes an object. Beside that the thing itself is held by a hard link in a private folder of the root,
 * where the file system lets us: times, attributes and other hard links come back with it. What can't be linked
 * (another file system, somebody else's file) comes back with the owner, mode and time that are noted here. */
import { basename } from "node:path";
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
import { type FileInfo, type FileSystem, FsError } from "../system/fs.ts";
import { makeLastingFolders } from "../system/folders.ts";
import { copyItself, readWhole } from "../system/contents.ts";
import { UNFINISHED } from "../snapshot/files.ts";
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
  const foreign = new Set(
    plan.steps.flatMap((step) => step.kind === "path" && step.owner ? [step.path] : []),
  );
  const kept = new Map<string, Original>();
  let number = readOriginals(fs, root).next;
  for (const path of plan.backups) {
    const known = plan.originals[path];
    const original = keepOne(keeper, path, number, !foreign.has(path));
    if (original === null) continue;
    const first = known === undefined ||
      (!("kept" in known) && sameState(known, original.state));
    kept.set(path, { ...original, why: first ? "original" : "edit" });
    number++;
  }
  if (fs.lstat(originalsFolder(root)) !== null) fs.syncDir(originalsFolder(root));
  return withKept(fs, plan, kept);
}

/** Keeps what lies at a path. Null when nothing that can be kept is there. */
export function keepOne(
  keeper: Keeper,
  path: string,
  number: number,
  hold: boolean,
): Original | null {
  const { fs, root, time } = keeper;
  const held = hold ? holdAt(fs, path, heldPath(root, number)) : null;
  // What is held can't be exchanged any more for something else.
  const place = held ?? path;
  const info = fs.lstat(place);
  if (info === null || info.kind === "other") return null;
  const { owner, ...state } = ownedStateAt(fs, place);
  if (state.kind === "absent" || state.kind === "other") return null;
  const kept: KeptState["kept"] = {
    ...{ number, ...(held ? { held } : {}), ...detailsOf(info) },
    ...owner,
  };
  const content = state.kind === "file"
    ? addContent(keeper, { path, place, info: { ...info, ...state }, foreign: !hold, number })
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

/** Makes a hard link to a file or link, unless it is there already. Gives null where none can be made. */
export function holdAt(fs: FileSystem, path: string, held: string): string | null {
  const info = fs.lstat(path);
  if (info?.kind !== "file" && info?.kind !== "link") return null;
  const there = fs.lstat(held);
  if (there !== null) return there.ino === info.ino && there.dev === info.dev ? held : null;
  makeLastingFolders(fs, held.slice(0, held.lastIndexOf("/")), 0o700);
  try {
    fs.link(path, held);
    return held;
  } catch (thrown) {
    if (thrown instanceof FsError && CANNOT_LINK.has(thrown.code)) return null;
    throw thrown;
  }
}

/** What file systems and kernels say that make no link: the content is kept all the same. */
const CANNOT_LINK = new Set(["EXDEV", "EPERM", "EACCES", "EMLINK", "EUNKNOWN"]);

/** What is made an object, and where from. */
interface Keepable {
  readonly path: string;
  readonly place: string;
  readonly info: FileInfo;
  /** Somebody else's: the store, which is root's, does not look at it by name. */
  readonly foreign: boolean;
  readonly number: number;
}

function addContent(
  { fs, root, store }: Keeper,
  { path, place, info, foreign, number }: Keepable,
): string {
  const name = `original-${basename(path)}`;
  const executable = (info.mode & 0o100) !== 0;
  const add = () => {
    if (info.size <= LARGE) {
      return store.addFile(name, readWhole(fs, place), executable, isPrivate(info));
    }
    if (!foreign) return store.addTree(name, place);
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
