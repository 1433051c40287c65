/** Takes a root, gives what sys.lua has set aside of a user's: originals, and edits of what sys.lua had put there.
 *
 * `<root>/originals/index.json`, written whole and flushed:
 *
 *     { "version": 1, "next": 4, "originals": [{ "number": 3, "time": "…", "path": "/home/maria/.vimrc", … }] }
 *
 * with the fields of `Original`, ascending. `next` is the number that comes next: none is given twice. Beside it lies
 * `<root>/originals/<number>`, the thing itself, where it could be held there; `folders` names the folders outside of
 * the root in which others are held (see `src/activation/hold.ts`). What is listed here stays until it is given back
 * or dropped. */
import { join } from "node:path/posix";
import { SysError } from "../errors.ts";
import type { Kept, PathState } from "../plan/types.ts";
import { layoutOf, objectPath } from "../store/layout.ts";
import { objectNames } from "../store/list.ts";
import { type FileSystem, FsError, type ReadFs } from "../system/fs.ts";
import { makeLastingFolders } from "../system/folders.ts";
import { writeLasting } from "./files.ts";
import { pathState } from "./format.ts";
import { whyNoFile } from "./no_file.ts";
import { relocated } from "./relocate.ts";
import { fields, list, oneOf, optional, text, whole } from "./shape.ts";

/** A state of something that is kept. */
export type KeptState =
  & Extract<PathState, { kind: "file" | "link" | "dir" }>
  & { readonly kept: Kept & { readonly number: number } };

/** Something that was set aside. */
export interface Original {
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Absolute path where it was. */
  readonly path: string;
  /** `original`: there before sys.lua. `edit`: made by hand where sys.lua had put something. */
  readonly why: "original" | "edit";
  readonly state: KeptState;
  /** Bytes of its content. */
  readonly size: number;
}

/** All of them, and the number that comes next. */
export interface Originals {
  readonly next: number;
  readonly originals: readonly Original[];
  /** Folders outside of the root in which something is held, or may be. */
  readonly folders: readonly string[];
}

const VERSION = 1;
const shape = fields({
  version: whole,
  next: whole,
  originals: list(fields({
    number: whole,
    time: text,
    path: text,
    why: oneOf("original", "edit"),
    state: pathState,
    size: whole,
  })),
  folders: optional(list(text)),
});

/** `<root>/originals`. */
export function originalsFolder(root: string): string {
  return join(root, "originals");
}

/** `<root>/originals/index.json`. */
export function originalsPath(root: string): string {
  return join(originalsFolder(root), "index.json");
}

/** `<root>/originals/<number>`: where the thing itself is held. */
export function heldPath(root: string, number: number): string {
  return join(originalsFolder(root), String(number));
}

/** Where an original itself is held, or would be. */
export function heldOf(root: string, { number, state: { kept: { held } } }: Original): string {
  return held ?? heldPath(root, number);
}

/** What is listed. @throws SysError of kind "snapshot" when the list can't be read */
export function readOriginals(fs: ReadFs, root: string): Originals {
  const path = originalsPath(root);
  if (fs.lstat(path) === null) return { next: 1, originals: [], folders: [] };
  const why = whyNoFile(fs, path);
  if (why !== null) throw damaged(path, `it ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(fs.readFile(path)));
  } catch (cause) {
    if (cause instanceof FsError && cause.code === "EACCES") throw cause;
    throw damaged(path, "it is no JSON", cause);
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > VERSION) {
    throw new SysError(
      "snapshot",
      `Cannot read ${path}: its format is version ${version}, and this sys knows up to ${VERSION}`,
      { hint: "a newer sys wrote it; run that one" },
    );
  }
  const wrong = shape(value);
  if (wrong !== null) throw damaged(path, wrong.replace(/^\./, ""));
  const { next, originals, folders = [] } = value as
    & Omit<Originals, "folders">
    & Partial<Originals>;
  const here = originals.map((it) => ({ ...it, state: relocated(root, it.state) }));
  return { next, originals: here, folders };
}

/** Writes the list, flushed. Nothing is written where nothing changes. */
export function writeOriginals(
  fs: FileSystem,
  root: string,
  { next, originals, folders }: Originals,
): void {
  const sorted = [...originals].sort((a, b) => a.number - b.number);
  const elsewhere = folders.length > 0 ? { folders } : {};
  const content = JSON.stringify({ version: VERSION, next, originals: sorted, ...elsewhere }) +
    "\n";
  const path = originalsPath(root);
  const there = fs.lstat(path) === null ? null : new TextDecoder().decode(fs.readFile(path));
  if (there === content || (there === null && sorted.length + folders.length === 0)) return;
  makeLastingFolders(fs, originalsFolder(root), 0o700);
  writeLasting(fs, path, content, 0o600);
}

/** Adds some, in place of those that have their numbers. */
export function addOriginals(fs: FileSystem, root: string, some: readonly Original[]): void {
  if (some.length === 0) return;
  const { next, originals, folders } = readOriginals(fs, root);
  const numbers = new Set(some.map(({ number }) => number));
  writeOriginals(fs, root, {
    next: Math.max(next, ...some.map(({ number }) => number + 1)),
    originals: [...originals.filter(({ number }) => !numbers.has(number)), ...some],
    folders,
  });
}

/** Strikes some off the list. What is held of them stays where it is. */
export function removeOriginals(fs: FileSystem, root: string, numbers: ReadonlySet<number>): void {
  if (numbers.size === 0) return;
  const { originals, ...rest } = readOriginals(fs, root);
  writeOriginals(fs, root, {
    ...rest,
    originals: originals.filter(({ number }) => !numbers.has(number)),
  });
}

/** The one with a number. @throws SysError of kind "usage" when there is none */
export function chooseOriginal(fs: ReadFs, root: string, named: string): Original {
  const found = readOriginals(fs, root).originals.find(({ number }) => String(number) === named);
  if (found) return found;
  throw new SysError("usage", `Cannot find original ${named}: there is none`, {
    hint: "`sys originals` lists those that there are",
  });
}

/** What is held in the root, by number, whether or not it is listed. */
export function heldInRoot(fs: ReadFs, root: string): string[] {
  const folder = originalsFolder(root);
  if (fs.lstat(folder)?.kind !== "dir") return [];
  return fs.readDir(folder).filter((name) => /^\d+$/.test(name)).map((name) => join(folder, name));
}

/** Whether there is no list, though something is held. */
export function isListGone(fs: ReadFs, root: string): boolean {
  return fs.lstat(originalsPath(root)) === null && heldInRoot(fs, root).length > 0;
}

/** Paths of the objects that hold their contents: roots for gc. Without a list each may be wanted. */
export function originalContents(fs: ReadFs, root: string): string[] {
  if (fs.lstat(originalsPath(root)) === null) return originalObjects(fs, root);
  return readOriginals(fs, root).originals.flatMap(({ state }) =>
    state.kind === "file" && state.content !== undefined ? [state.content] : []
  );
}

/** Paths of the objects that are contents of originals by their names. */
export function originalObjects(fs: ReadFs, root: string): string[] {
  const layout = layoutOf(root);
  return objectNames(fs, layout).filter((name) => name.startsWith("original-"))
    .map((name) => objectPath(layout, name));
}

function damaged(path: string, why: string, cause?: unknown): SysError {
  return new SysError("snapshot", `Cannot read ${path}: it is damaged (${why})`, {
    hint: "`sys repair` sets it aside; what it lists lies in the store as original-*",
    cause,
  });
}
