/** Takes a path and two states, brings the path from one to the other.
 *
 * A file or a link appears in one operation, complete. Only where a folder comes or goes there is a moment with
 * nothing there, which undoing knows. Nothing is followed: the last part of a path never, and where root acts for
 * somebody else no part that is not root's own. There is no `openat` here, so a user who swaps a folder for a link
 * in the instant between look and write can still lead astray what is written; never what is read or removed by
 * name below root's own folders.
 */
import { basename, dirname, join } from "node:path";
import { sha256Hex } from "../digest.ts";
import { SysError } from "../errors.ts";
import { describeState, sameState } from "../plan/state.ts";
import type { Owner, PathState, Step } from "../plan/types.ts";
import type { FileSystem, ReadFs } from "../system/fs.ts";
import { stateAt } from "./observe.ts";
import { eachChunk } from "../system/contents.ts";

type PathStep = Extract<Step, { kind: "path" }>;

/**
 * Does a step.
 * @param onBegin called when it is about to change something
 * @throws SysError when something else than it expects is there
 */
export function doPathStep(fs: FileSystem, step: PathStep, onBegin: () => void): void {
  const { path, before, after, owner } = step;
  if (owner) refusePlantedLinks(fs, path);
  const now = stateAt(fs, path, owner !== undefined);
  if (sameState(now, after)) return;
  if (!sameState(now, before)) {
    throw new SysError("activation", `Cannot change ${path}: it changed since the plan was made`, {
      notes: [`expected ${describeState(before)}, found ${describeState(now)}`],
      hint: "run the command again",
    });
  }
  onBegin();
  put(fs, path, now, after, owner);
}

/** How undoing a step ended. */
export type Undone =
  | { readonly kind: "restored" }
  /** It was in its former state already. */
  | { readonly kind: "nothing" }
  | { readonly kind: "failed"; readonly why: string };

/** Undoes a step, whether or not it was done. */
export function undoPathStep(fs: FileSystem, step: PathStep): Undone {
  const { path, before, after, owner } = step;
  try {
    if (owner) refusePlantedLinks(fs, path);
    const beside = besidePath(path);
    if (fs.lstat(beside) !== null) fs.remove(beside);
    const now = stateAt(fs, path, owner !== undefined);
    if (sameState(now, before)) return { kind: "nothing" };
    // Where a folder goes, others may have put something into it in the meantime: it is theirs now.
    if (after.kind === "dir" && now.kind === "dir" && fs.readDir(path).length > 0) {
      return before.kind === "absent"
        ? { kind: "nothing" }
        : { kind: "failed", why: "something was put into the folder that is there now" };
    }
    if (!sameState(now, after) && now.kind !== "absent") {
      // Somebody put it there where nothing was: nothing is lost by leaving it.
      if (before.kind === "absent") return { kind: "nothing" };
      return {
        kind: "failed",
        why: `${describeState(now)} is there, which sys.lua did not put there`,
      };
    }
    put(fs, path, now, before, owner);
    return { kind: "restored" };
  } catch (thrown) {
    return { kind: "failed", why: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** Where a new file or link is made before it is renamed into place: fixed, so that recovery finds it. */
export function besidePath(path: string): string {
  return join(
    dirname(path),
    `.${basename(path).slice(0, 40)}.syslua-${sha256Hex(path).slice(0, 8)}`,
  );
}

function put(fs: FileSystem, path: string, now: PathState, to: PathState, owner?: Owner): void {
  if (to.kind === "other") throw new SysError("activation", `Cannot make ${path}`);
  if (now.kind === "dir" || (to.kind === "dir" && now.kind !== "absent")) fs.remove(path);
  if (to.kind === "absent") {
    if (now.kind !== "dir" && now.kind !== "absent") fs.remove(path);
    return;
  }
  if (to.kind === "dir") {
    fs.mkdir(path, to.mode);
    exactly(fs, path, to.mode);
    if (owner) fs.chown(path, owner.uid, owner.gid);
    return;
  }
  if (to.kind === "link" && now.kind === "absent" && !owner) return fs.symlink(to.to, path);
  const beside = besidePath(path);
  if (fs.lstat(beside) !== null) fs.remove(beside);
  if (to.kind === "link") {
    fs.symlink(to.to, beside);
    if (owner) fs.chown(beside, owner.uid, owner.gid);
  } else writeFile(fs, beside, to, to.owner ?? owner);
  fs.rename(beside, path);
}

function writeFile(
  fs: FileSystem,
  path: string,
  state: Extract<PathState, { kind: "file" }>,
  owner?: Owner,
): void {
  if (state.content === undefined) {
    throw new SysError("activation", `Cannot write ${path}: its content was not kept`);
  }
  const from = fs.openRead(state.content);
  try {
    const file = fs.create(path, state.mode);
    try {
      eachChunk(from, (chunk) => file.write(chunk));
      file.sync();
    } finally {
      file.close();
    }
  } finally {
    from.close();
  }
  if (owner) fs.chown(path, owner.uid, owner.gid);
  exactly(fs, path, state.mode);
}

/** The umask may have taken bits away, and a new owner those for setuid. */
function exactly(fs: FileSystem, path: string, mode: number): void {
  if (fs.lstat(path)?.mode !== mode) fs.chmod(path, mode);
}

/** Root, acting for a user, goes only through folders, and through links that root made. */
function refusePlantedLinks(fs: ReadFs, path: string): void {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const info = fs.lstat(folder);
    if (info?.kind !== "link" || info.uid === 0) continue;
    throw new SysError("activation", `Cannot write ${path} as root: ${folder} is a user's link`, {
      hint: "let the user apply that part, or make it a folder",
    });
  }
}
