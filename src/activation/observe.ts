/** Takes the paths that a plan is about, gives what is there: the Observation. Changes nothing. */
import { createHash } from "node:crypto";
import { dirname } from "node:path/posix";
import { ABSENT, sameState } from "../plan/state.ts";
import {
  type FileHandle,
  type FileInfo,
  type FsCode,
  FsError,
  type LiveFs,
  type ReadFs,
} from "../system/fs.ts";
import type { Current, Observation, PathState, Wanted, WantedPath } from "../plan/types.ts";
import { objectsIn } from "../store/names.ts";
import { eachChunk } from "../system/contents.ts";

/** What others have to look at: `src/platform` asks service managers and settings. */
export interface ObservedElsewhere {
  readonly running: ReadonlySet<string>;
  readonly disabled?: ReadonlySet<string>;
  readonly settings: Observation["settings"];
  readonly undone?: ReadonlySet<string>;
  /** Files in the store that were changed since their objects were made. */
  readonly edited?: readonly string[];
}

/**
 * Looks at every path that is wanted, managed or was once made, and at the folders above them.
 * @param texts SHA-256 (hex) of files that are not in the store yet, by the path that they will have
 */
export function observe(
  fs: LiveFs,
  wanted: Wanted,
  current: Pick<Current, "wanted" | "originals"> | null,
  texts: ReadonlyMap<string, string>,
  elsewhere: ObservedElsewhere = { running: new Set(), settings: new Map() },
): Observation {
  const states = new Map<string, PathState>();
  const entries = new Map<string, readonly string[]>();
  const folders = new Set<string>();
  const dangling = new Set<string>();
  const identical = new Map<string, boolean>();
  const look = (path: string, owned: boolean): PathState => {
    const known = states.get(path);
    if (known) return known;
    // To be told that nothing is there costs more than all else.
    const state = states.get(dirname(path))?.kind === "absent"
      ? ABSENT
      : unlessClosed<PathState>(() => stateAt(fs, path, owned), { kind: "other" });
    states.set(path, state);
    return state;
  };
  const list = (folder: string) => {
    const names = unlessClosed(() => fs.readDir(folder), null);
    if (names !== null) entries.set(folder, names);
  };
  /** Folders of what is wanted or managed. */
  const above = new Set<string>();
  const lookAbove = (path: string, trusted: boolean) => {
    const folder = dirname(path);
    above.add(folder);
    if (states.has(folder)) return;
    if (folder !== path) lookAbove(folder, trusted);
    const state = look(folder, false);
    if (state.kind === "link" && trusted && leadsToFolder(fs, folder)) folders.add(folder);
  };
  const managed = new Set(current?.wanted.paths.map(({ path }) => path) ?? []);
  for (const path of wanted.paths) {
    lookAbove(path.path, path.owner === undefined);
    const now = look(path.path, path.owner !== undefined);
    if (now.kind === "dir") list(path.path);
    if (now.kind === "absent" || managed.has(path.path) || path.pending) continue;
    const same = sameContent(fs, now, path, texts);
    if (same !== null) identical.set(path.path, same);
  }
  for (const path of current?.wanted.paths ?? []) {
    lookAbove(path.path, path.owner === undefined);
    const now = look(path.path, path.owner !== undefined);
    // What lies in the store is looked for there.
    const live = now.kind === "link" && objectsIn([now.to]).length === 0;
    if (live && kindBehind(fs, path.path) === undefined) dangling.add(path.path);
  }
  const used = new Set(wanted.paths.map(({ path }) => dirname(path)));
  for (const path of Object.keys(current?.originals ?? {})) {
    const now = look(path, false);
    if (now.kind === "link" && above.has(path) && leadsToFolder(fs, path)) folders.add(path);
    // A folder in which something is wanted stays, whatever else is in it.
    if (now.kind === "dir" && !entries.has(path) && !used.has(path)) list(path);
  }
  const lost = current === null ? new Map() : lostOriginals(fs, wanted, current);
  const { edited = [], ...asked } = elsewhere;
  const rewritten = edited.length === 0 || current === null
    ? new Map()
    : rewrittenLinks(fs, wanted, current, { edited, texts });
  const found = { states, entries, folders, dangling, identical, lost, rewritten };
  return { ...found, undone: new Set(), ...asked };
}

/** What may not be looked at is something else than what is wanted. So who closes a folder, or leads it elsewhere, keeps
 * out what goes there, and nothing more. */
function unlessClosed<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch (thrown) {
    if (thrown instanceof FsError && CLOSED.has(thrown.code)) return otherwise;
    throw thrown;
  }
}

const CLOSED = new Set<FsCode>(["EACCES", "EPERM", "ELOOP"]);

/** Managed links that lead to a file that was edited, or to a folder with one. */
function rewrittenLinks(
  fs: LiveFs,
  wanted: Wanted,
  current: Pick<Current, "wanted">,
  { edited, texts }: { edited: readonly string[]; texts: ReadonlyMap<string, string> },
): Map<string, boolean | null> {
  const found = new Map<string, boolean | null>();
  const next = new Map(wanted.paths.map((path) => [path.path, path]));
  for (const { path, state } of current.wanted.paths) {
    if (state.kind !== "link") continue;
    const of = edited.filter((file) => file === state.to || file.startsWith(`${state.to}/`));
    if (of.length === 0) continue;
    const now = of[0] === state.to ? stateAt(fs, state.to) : null;
    const then = next.get(path);
    const same = now === null || then === undefined || then.pending
      ? null
      : sameContent(fs, now, then, texts);
    found.set(path, then?.state.kind === "link" && then.state.to === state.to ? false : same);
  }
  return found;
}

/** Files that are to come back and of which nothing whole is left, with what became of it. */
function lostOriginals(
  fs: LiveFs,
  wanted: Wanted,
  current: Pick<Current, "wanted" | "originals">,
): Map<string, string> {
  const stay = new Set(wanted.paths.map(({ path }) => path));
  const lost = new Map<string, string>();
  for (const { path } of current.wanted.paths) {
    const original = current.originals[path];
    if (stay.has(path) || original?.kind !== "file") continue;
    const { content, digest, kept } = original;
    const held = kept?.held;
    if (held && unlessClosed(() => sameState(stateAt(fs, held), original), false)) continue;
    if (content === undefined) lost.set(path, "its content was not kept");
    else if (fs.lstat(content) === null) lost.set(path, `${content} is gone`);
    else if (digestOfFile(fs, content) !== digest) lost.set(path, `${content} was changed`);
  }
  return lost;
}

/** What is at a path. @param owned whether it matters whose file it is */
export function stateAt(fs: LiveFs, path: string, owned = false): PathState {
  const info = fs.lstat(path);
  if (info === null) return { kind: "absent" };
  return stateOf(fs, path, info, owned);
}

function stateOf(fs: LiveFs, path: string, info: FileInfo, owned: boolean): PathState {
  switch (info.kind) {
    case "link":
      return { kind: "link", to: fs.readLink(path) };
    case "dir":
      return { kind: "dir", mode: info.mode };
    case "file": {
      return fileState(fs, path, owned);
    }
    case "other":
      return { kind: "other" };
  }
}

/** What is open is asked, not the name: somebody else may have put another thing there since it was looked at. */
function fileState(fs: LiveFs, path: string, owned: boolean): PathState {
  const file = fs.openItself(path);
  try {
    const { mode, uid, gid } = file.info();
    return {
      kind: "file",
      digest: digestOf(file),
      mode,
      ...(owned ? { owner: { uid, gid } } : {}),
    };
  } finally {
    file.close();
  }
}

/** SHA-256 of the content of a file that only we change, hex. */
export function digestOfFile(fs: ReadFs, path: string): string {
  const file = fs.openRead(path);
  try {
    return digestOf(file);
  } finally {
    file.close();
  }
}

function digestOf(file: FileHandle): string {
  const hash = createHash("sha256");
  eachChunk(file, (chunk) => hash.update(chunk));
  return hash.digest("hex");
}

/** Whether what is there says the same as what is wanted; null where that is not known yet. */
function sameContent(
  fs: LiveFs,
  now: PathState,
  path: WantedPath,
  texts: ReadonlyMap<string, string>,
): boolean | null {
  if (now.kind !== "file") return false;
  if (path.state.kind === "file") return now.digest === path.state.digest;
  if (path.state.kind !== "link") return false;
  const known = texts.get(path.state.to);
  if (known !== undefined) return now.digest === known;
  const info = fs.lstat(path.state.to);
  if (info === null) return null;
  return info.kind === "file" && digestOfFile(fs, path.state.to) === now.digest;
}

/** Whether a path is a folder, or a link that leads to one. */
export function leadsToFolder(fs: ReadFs, path: string): boolean {
  const kind = fs.lstat(path)?.kind;
  return kind === "link" ? kindBehind(fs, path) === "dir" : kind === "dir";
}

/** What is at the end of a link; undefined where it leads nowhere. */
function kindBehind(fs: ReadFs, path: string): FileInfo["kind"] | undefined {
  try {
    return fs.lstat(fs.realPath(path))?.kind;
  } catch {
    return undefined;
  }
}
