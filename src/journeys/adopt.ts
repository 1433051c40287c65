/** Takes targets with a user's own content, puts that content into the config that would replace it. */
import { dirname } from "node:path/posix";
import { besidePath } from "../activation/beside.ts";
import type { Evaluated } from "./evaluate.ts";
import type { Machine } from "../machine/open.ts";
import { sourcePlaceholder } from "../manifest/placeholder.ts";
import type { Wanted } from "../plan/types.ts";
import { normalizeTarget } from "../manifest/target.ts";
import { readChunks } from "../system/contents.ts";
import { type FileInfo, type FileSystem, FsError, type ReadFs } from "../system/mod.ts";
import { sourcePath } from "./sources.ts";

/** What came of it. */
export interface Adopted {
  readonly adopted: readonly string[];
  /** Those that no file of the config stands for, with the reason. */
  readonly left: readonly { readonly target: string; readonly why: string }[];
}

/** Copies each file over the source in the config's folder that it is made from; of those that can't be, tells why.
 * The config has to be evaluated anew when anything was adopted. */
export function adoptFiles(
  { system: { fs } }: Machine,
  evaluated: Evaluated,
  wanted: Pick<Wanted, "paths">,
  targets: readonly string[],
): Adopted {
  const adopted: string[] = [], left: { target: string; why: string }[] = [];
  for (const target of targets) {
    const [one, ...others] = wanted.paths.filter((path) => path.target === target);
    const why = others.length > 0 || one?.owner
      ? "it is another user's"
      : adopt(fs, one.path, sourceOf(fs, evaluated, target));
    if (why === null) adopted.push(target);
    else left.push({ target, why });
  }
  return { adopted, left };
}

/** Puts the content of one file into another, which keeps its mode. Gives the reason where that can't be. */
function adopt(fs: FileSystem, target: string, source: string | null): string | null {
  if (source === null) return "no file of the config stands for it";
  const from = fileBehind(fs, target), to = fileBehind(fs, source);
  if (from === null) return "it is no file";
  if (to === null) return `${source} is no file`;
  const beside = besidePath(to);
  if (fs.lstat(beside) !== null) fs.remove(beside);
  try {
    write(fs, from, beside, fs.lstat(to)!);
    fs.rename(beside, to);
    fs.syncDir(dirname(to));
  } catch (thrown) {
    if (!(thrown instanceof FsError)) throw thrown;
    if (fs.lstat(beside) !== null) fs.remove(beside);
    return thrown.message;
  }
  return null;
}

/** A copy with a mode and an owner that are given, flushed. */
function write(fs: FileSystem, from: string, to: string, { mode, uid, gid }: FileInfo): void {
  const file = fs.create(to, mode);
  try {
    for (const chunk of readChunks(fs, from)) file.write(chunk);
    file.sync();
  } finally {
    file.close();
  }
  const made = fs.lstat(to);
  if (made?.uid !== uid || made.gid !== gid) fs.chown(to, uid, gid);
}

/** The file that a path is, or that links from there lead to: a link in a repository stays one. */
function fileBehind(fs: ReadFs, path: string): string | null {
  try {
    const real = fs.realPath(path);
    return fs.lstat(real)?.kind === "file" ? real : null;
  } catch {
    return null;
  }
}

/** The file of the config that a target is made from. */
function sourceOf(fs: ReadFs, evaluated: Evaluated, target: string): string | null {
  const wanted = normalizeTarget(target, null);
  for (const action of evaluated.manifest.activations.flatMap(({ actions }) => actions)) {
    if (action.kind !== "link" && action.kind !== "copy") continue;
    if (action.target !== wanted || !("path" in action.source)) continue;
    const { path } = action.source;
    const source = evaluated.manifest.sources.find(({ id }) =>
      path.startsWith(sourcePlaceholder(id))
    );
    if (source?.root !== "config") return null;
    return sourcePath(fs, evaluated, source) + path.slice(sourcePlaceholder(source.id).length);
  }
  return null;
}
