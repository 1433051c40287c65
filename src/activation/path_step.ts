/** Takes a path and two states, brings the path from one to the other.
 *
 * A file or a link appears in one operation, complete. Only where a folder comes or goes there is a moment with
 * nothing there, which undoing knows. Nothing is followed: the last part of a path never, and where root acts for
 * somebody else no part that is not root's own. There is no `openat` here: what a user may swap for a link between
 * look and write is looked at and written with that user's rights (`their_files.ts`).
 */
import { createHash } from "node:crypto";
import { dirname } from "node:path/posix";
import { SysError } from "../errors.ts";
import { ABSENT, describeState, sameState } from "../plan/state.ts";
import type { Kept, Owner, PathState, Step } from "../plan/types.ts";
import { type FileSystem, FsError, type OpenFile, type ReadFs } from "../system/fs.ts";
import { besidePath } from "./beside.ts";
import { setAside } from "./hold.ts";
import { stateAt } from "./observe.ts";
import { eachChunk } from "../system/contents.ts";

type PathStep = Extract<Step, { kind: "path" }>;

type FileState = Extract<PathState, { kind: "file" }>;

/** A step that puts a file in place. */
export type FileStep = PathStep & { readonly after: FileState };

/**
 * Does a step.
 * @param onBegin called when it is about to change something
 * @param isWritten whether its content was written with `writeBeside`
 * @throws SysError when something else than it expects is there
 */
export function doPathStep(
  fs: FileSystem,
  step: PathStep,
  onBegin: () => void,
  isWritten = false,
): void {
  const { path, before, after, owner } = step;
  if (owner) refusePlantedLinks(fs, path);
  const isPlain = after.kind === "link" && !after.kept && !owner;
  if (before.kind === "absent" && isPlain) {
    onBegin();
    if (linkAnew(fs, after.to, path)) return;
  }
  const now = stateAt(fs, path, owner !== undefined);
  if (sameState(now, after)) return;
  if (!sameState(now, before)) {
    throw new SysError("activation", `Cannot change ${path}: it changed since the plan was made`, {
      notes: [`expected ${describeState(before)}, found ${describeState(now)}`],
      hint: "run the command again",
    });
  }
  onBegin();
  put(fs, step, { from: before, now, to: after }, isWritten);
}

/** Makes a link where nothing is; false where something is. Looking first would tell no more. */
function linkAnew(fs: FileSystem, to: string, path: string): boolean {
  try {
    fs.symlink(to, path);
    return true;
  } catch (thrown) {
    if (thrown instanceof FsError && thrown.code === "EEXIST") return false;
    throw thrown;
  }
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
    if (sameState(now, before)) {
      // Owner and time may have been lost with the power when it was put back before.
      if (before.kind === "dir" && before.kept && fs.readDir(path).length === 0) {
        folderDetails(fs, path, before, before.kept);
      }
      return { kind: "nothing" };
    }
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
    put(fs, step, { from: after, now, to: before });
    return { kind: "restored" };
  } catch (thrown) {
    return { kind: "failed", why: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** Brings a path from what it is now to another state. `from` is what it should be now, with what is known of it. */
function put(
  fs: FileSystem,
  { path, owner }: PathStep,
  { from, now: found, to }: Readonly<Record<"from" | "now" | "to", PathState>>,
  isWritten = false,
): void {
  if (to.kind === "other") throw new SysError("activation", `Cannot make ${path}`);
  // What was given back and goes again is held again.
  const held = keptOf(from)?.held;
  const moved = held !== undefined && sameState(found, from) && setAside(fs, path, held);
  const now = moved ? ABSENT : found;
  if (now.kind === "dir" || (to.kind === "dir" && now.kind !== "absent")) fs.remove(path);
  if (to.kind === "absent") {
    if (now.kind !== "dir" && now.kind !== "absent") fs.remove(path);
    return;
  }
  if (bringBackHeld(fs, path, to)) return;
  const whose = to.kept ?? owner;
  if (to.kind === "dir") {
    fs.mkdir(path, to.mode);
    return folderDetails(fs, path, to, whose);
  }
  if (to.kind === "link" && now.kind === "absent" && !whose) return fs.symlink(to.to, path);
  const beside = besidePath(path);
  if (to.kind === "link") {
    if (fs.lstat(beside) !== null) fs.remove(beside);
    fs.symlink(to.to, beside);
    if (whose) linkDetails(fs, beside, to, whose);
  } else if (!isWritten) {
    writeBeside(fs, { path, after: to, owner }, { flush: true });
  }
  fs.rename(beside, path);
}

/** Writes a file that a step will rename to its place. Without a flush whoever asks for it sees to that. */
export function writeBeside(
  fs: FileSystem,
  { path, after, owner }: Pick<FileStep, "path" | "after" | "owner">,
  { flush }: { readonly flush: boolean },
): void {
  const beside = besidePath(path);
  if (fs.lstat(beside) !== null) fs.remove(beside);
  const whose = after.owner ?? after.kept ?? owner;
  writeFile(fs, { path, beside }, after, (file) => {
    details(file, after, whose);
    if (flush) file.sync();
  });
}

/** Puts the thing itself back, where it is held and still what it was. */
function bringBackHeld(fs: FileSystem, path: string, to: PathState): boolean {
  const held = keptOf(to)?.held;
  if (held === undefined || !sameState(stateAt(fs, held), to)) return false;
  try {
    fs.rename(held, path);
  } catch (thrown) {
    if (thrown instanceof FsError && thrown.code === "EXDEV") return false;
    throw thrown;
  }
  // Renaming over another name of the same file does nothing.
  if (fs.lstat(held) !== null) fs.remove(held);
  return true;
}

function keptOf(state: PathState): Kept | undefined {
  return state.kind === "absent" || state.kind === "other" ? undefined : state.kept;
}

/** Writes a file whose content is checked before the file has its name. */
function writeFile(
  fs: FileSystem,
  { path, beside }: { readonly path: string; readonly beside: string },
  state: FileState,
  finish: (file: OpenFile) => void,
): void {
  if (state.content === undefined) {
    throw new SysError("activation", `Cannot write ${path}: its content was not kept`);
  }
  const hash = createHash("sha256");
  const from = fs.openRead(state.content);
  try {
    const file = fs.create(beside, state.mode);
    try {
      eachChunk(from, (chunk) => {
        hash.update(chunk);
        file.write(chunk);
      });
      finish(file);
    } finally {
      file.close();
    }
  } finally {
    from.close();
  }
  if (hash.digest("hex") === state.digest) return;
  fs.remove(beside);
  throw new SysError("activation", `Cannot write ${path}: ${state.content} was changed`, {
    hint: "`sys store verify` tells what else was",
  });
}

/** What can be set of something open. */
type Settable = Pick<OpenFile, "info" | "chmod" | "chown" | "utime">;

/** Owner, mode and time of what was just made: of the thing, whatever its name leads to by now. */
function details(
  thing: Settable,
  to: Extract<PathState, { kind: "file" | "dir" }>,
  owner?: Owner,
): void {
  const { uid, gid } = thing.info();
  if (owner && (uid !== owner.uid || gid !== owner.gid)) give(thing, to, owner);
  // Windows sets no time of a file that is read-only.
  if (to.kept) thing.utime(to.kept.mtime);
  // The umask may have taken bits away, and a new owner those for setuid.
  if (thing.info().mode !== to.mode) thing.chmod(to.mode);
}

function linkDetails(
  fs: FileSystem,
  path: string,
  to: Extract<PathState, { kind: "link" }>,
  owner: Owner,
): void {
  const info = fs.lstat(path);
  if (info?.uid === owner.uid && info.gid === owner.gid) return;
  give({ chown: (uid, gid) => fs.chown(path, uid, gid) }, to, owner);
}

function give(thing: Pick<Settable, "chown">, to: { readonly kept?: Kept }, owner: Owner): void {
  try {
    thing.chown(owner.uid, owner.gid);
  } catch (thrown) {
    // Who is not root can't make a file somebody else's again, and has it as the own.
    if (!to.kept || !(thrown instanceof FsError) || thrown.code !== "EPERM") throw thrown;
  }
}

/** The same of a folder. */
function folderDetails(
  fs: FileSystem,
  path: string,
  to: Extract<PathState, { kind: "dir" }>,
  owner?: Owner,
): void {
  const folder = openFolder(fs, path);
  if (folder === null) {
    return details(
      {
        info: () => fs.lstat(path)!,
        chmod: (mode) => fs.chmod(path, mode),
        chown: (uid, gid) => fs.chown(path, uid, gid),
        utime: (seconds) => fs.utime(path, seconds),
      },
      to,
      owner,
    );
  }
  try {
    if (folder.info().kind !== "dir") throw new FsError("make the folder", path, "ENOTDIR");
    details(folder, to, owner);
  } finally {
    folder.close();
  }
}

/** Null for one that may not be read, which never happens to root. */
function openFolder(fs: FileSystem, path: string): OpenFile | null {
  try {
    return fs.openItself(path);
  } catch (thrown) {
    if (thrown instanceof FsError && CANNOT_OPEN.has(thrown.code)) return null;
    throw thrown;
  }
}

/** What systems say of a folder that can't be opened; Windows opens none. */
const CANNOT_OPEN = new Set(["EACCES", "EPERM", "EISDIR"]);

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
