/** Takes a machine whose store is to be deleted, gives what only it holds of the user's; and writes that to a folder
 * in the user's home, flushed, before anything goes. */
import { basename, dirname, join } from "node:path/posix";
import { digestOfFile, stateAt } from "../activation/observe.ts";
import { readJournals } from "../activation/journal.ts";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { foreignFiles } from "../machine/own_files.ts";
import { sameState } from "../plan/state.ts";
import type { Kept, PathState, Plan } from "../plan/types.ts";
import { eachSnapshot } from "../snapshot/history.ts";
import {
  heldInRoot,
  type Original,
  originalObjects,
  readOriginals,
} from "../snapshot/originals.ts";
import { type FileSystem, FsError } from "../system/fs.ts";
import { eachChunk } from "../system/contents.ts";
import { makeFolders } from "../system/folders.ts";
import { placeOf } from "./originals.ts";

/** Something that would go with the store. */
export interface Endangered {
  readonly number: number | null;
  /** Where it was; null where nothing says so any more. */
  readonly path: string | null;
  /** ISO 8601; null where nothing says so any more. */
  readonly time: string | null;
  readonly state: PathState;
  /** Where its content lies whole; null where none is left, or it has none. */
  readonly place: string | null;
}

/** What was written. */
export interface SavedOriginals {
  readonly folder: string;
  /** With the name that each has in the folder. */
  readonly saved: readonly (Endangered & { readonly name: string })[];
  /** Files in sys.lua's folder that are not its own: moved below `others/`, relative to its folder. */
  readonly others: readonly string[];
}

type Here = Pick<Machine, "system" | "root">;

/** What only the store holds. @param plan what is about to be given back: that is not endangered */
export function endangered(here: Here, plan?: Plan): Endangered[] {
  const { system: { fs }, root } = here;
  const back = new Map(
    (plan?.steps ?? []).flatMap((step) =>
      step.kind === "path" ? [[step.path, step.after] as const] : []
    ),
  );
  const found = new Map<string, Endangered>();
  const digests = new Set<string>();
  for (const one of [...listed(here), ...recorded(here)]) {
    const { path, state } = one;
    if (state.kind === "file") digests.add(state.digest);
    if (path !== null && sameState(back.get(path) ?? stateAt(fs, path), state)) continue;
    const key = `${path}\0${JSON.stringify(state.kind === "file" ? state.digest : state.kind)}`;
    if (!found.has(key)) found.set(key, one);
  }
  return [...found.values(), ...nameless(fs, root, digests)];
}

/** Originals on the list. */
function listed({ system: { fs }, root }: Here): Endangered[] {
  return readOriginals(fs, root).originals.map((one) => endangeredOf(fs, root, one));
}

function endangeredOf(fs: FileSystem, root: string, original: Original): Endangered {
  const { number, path, time, state } = original;
  return { number, path, time, state, place: placeOf(fs, root, original) };
}

/** What journals that could not be undone, and snapshots, say was there. */
function recorded({ system: { fs }, root }: Here): Endangered[] {
  const journals = readJournals(fs, root).flatMap(({ header }) => [
    ...(header.kept ?? []).map((one) => endangeredOf(fs, root, one)),
    ...header.steps.flatMap((step) =>
      step.kind === "path" ? ofState(fs, step.path, header.time, step.before) : []
    ),
  ]);
  const snapshots: Endangered[] = [];
  for (const { originals, time } of eachSnapshot(fs, root)) {
    for (const path in originals) snapshots.push(...ofState(fs, path, time, originals[path]));
  }
  return [...journals, ...snapshots];
}

function ofState(fs: FileSystem, path: string, time: string, state: PathState): Endangered[] {
  if (state.kind !== "file" || state.content === undefined) return [];
  // Contents of sys.lua's own files are no originals.
  if (!basename(state.content).startsWith("original-")) return [];
  const place = isWhole(fs, state.content, state.digest) ? state.content : null;
  return [{ number: state.kept?.number ?? null, path, time, state, place }];
}

/** Originals in the store, and what is held, of which nothing says any more where they were. */
function nameless(fs: FileSystem, root: string, known: ReadonlySet<string>): Endangered[] {
  const seen = new Set(known);
  return [...originalObjects(fs, root), ...heldInRoot(fs, root)].flatMap((place) => {
    const state = stateAt(fs, place);
    if (state.kind !== "file" || seen.has(state.digest)) return [];
    seen.add(state.digest);
    return [{ number: null, path: null, time: null, state, place }];
  });
}

function isWhole(fs: FileSystem, path: string, digest: string): boolean {
  return fs.lstat(path)?.kind === "file" && digestOfFile(fs, path) === digest;
}

/** Writes what would go to `~/syslua-originals-<time>/`. Null where there is nothing. */
export function saveOriginals(machine: Machine): SavedOriginals | null {
  const { system: { fs, clock }, root, places } = machine;
  const all = endangered(machine);
  const others = foreignFiles(fs, root, places.cache);
  if (all.length === 0 && others.length === 0) return null;
  const time = clock.now().toISOString().replace(/\..*/, "Z").replaceAll(":", "-");
  const folder = freeName(fs, join(places.home, `syslua-originals-${time}`));
  fs.mkdir(folder, 0o700);
  const saved = all.map((one, n) => {
    const of = basename(one.path ?? one.place ?? "nameless");
    const name = `${one.number ?? `without-number-${n + 1}`}-${of}`.slice(0, 200);
    return { ...one, name: save(fs, one, join(folder, name)) ? name : "" };
  });
  for (const path of others) moveOut(fs, join(root, path), join(folder, "others", path));
  writeList(fs, join(folder, "LIST.txt"), saved, others);
  fs.syncDir(folder);
  fs.syncDir(dirname(folder));
  return { folder, saved, others };
}

/** Writes one; false where nothing is left of it. */
function save(fs: FileSystem, { state, place }: Endangered, to: string): boolean {
  const kept: Kept | undefined = "kept" in state ? state.kept : undefined;
  if (state.kind === "link") fs.symlink(state.to, to);
  else if (state.kind === "dir") fs.mkdir(to, state.mode);
  else if (state.kind !== "file" || place === null) return false;
  else copy(fs, place, to, kept === undefined ? state.mode : state.mode | 0o200);
  if (kept === undefined) return true;
  try {
    fs.chown(to, kept.uid, kept.gid);
  } catch (thrown) {
    // Whose it was is in the list.
    if (!(thrown instanceof FsError) || thrown.code !== "EPERM") throw thrown;
  }
  if (state.kind !== "link") {
    fs.utime(to, kept.mtime);
    fs.chmod(to, state.mode);
  }
  return true;
}

function copy(fs: FileSystem, from: string, to: string, mode: number): void {
  const source = fs.openRead(from);
  try {
    const file = fs.create(to, mode);
    try {
      eachChunk(source, (chunk) => file.write(chunk));
      file.sync();
    } finally {
      file.close();
    }
  } finally {
    source.close();
  }
}

/** Moves what is somebody else's. */
function moveOut(fs: FileSystem, from: string, to: string): void {
  makeFolders(fs, dirname(to), 0o700);
  try {
    fs.rename(from, to);
  } catch (thrown) {
    if (!(thrown instanceof FsError)) throw thrown;
    throw new SysError("store", `Cannot delete the store: ${from} is not sys.lua's`, {
      hint: "move it somewhere else, then run the command again",
      cause: thrown,
    });
  }
  fs.syncDir(dirname(to));
}

function writeList(
  fs: FileSystem,
  path: string,
  saved: SavedOriginals["saved"],
  others: readonly string[],
): void {
  const lines = saved.map(({ name, path, time, state }) => {
    const kept = "kept" in state ? state.kept : undefined;
    const owner = kept ? `${kept.uid}:${kept.gid}` : "-";
    const mode = state.kind === "file" || state.kind === "dir" ? state.mode.toString(8) : "-";
    return [name || "(nothing left of it)", time ?? "-", state.kind, mode, owner, path ?? "-"];
  });
  const rows = [["name", "time", "kind", "mode", "owner", "path"], ...lines];
  const text = [...rows.map((row) => row.join("\t")), ...others.map((one) => `others/${one}`)];
  const file = fs.create(path, 0o600);
  try {
    file.write(new TextEncoder().encode(text.join("\n") + "\n"));
    file.sync();
  } finally {
    file.close();
  }
}

function freeName(fs: FileSystem, path: string): string {
  for (let n = 1;; n++) {
    const name = n === 1 ? path : `${path}-${n}`;
    if (fs.lstat(name) === null) return name;
  }
}
