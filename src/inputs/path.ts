/** Takes `path:…`, gives the folder itself: used in place, hashed, never locked. */
import { isAbsolute, join, relative, resolve } from "node:path/posix";
import type { Digest } from "../digest.ts";
import { SysError } from "../errors.ts";
import { nativePaths, type ReadFs, type System } from "../system/mod.ts";
import { hashFolder } from "./cache.ts";

/** A local folder and the NAR hash of what is in it, a `.git` at its top left out. */
export interface LocalFolder {
  readonly path: string;
  readonly hash: Digest;
}

/**
 * Finds a local folder.
 * @param from folder that a relative path starts at
 * @param within folder that it must not leave (that of a fetched input), or null
 */
export function localFolder(
  { fs, host }: Pick<System, "fs" | "host">,
  path: string,
  from: string,
  within: string | null,
): LocalFolder {
  const { fromNative } = nativePaths(host.os);
  const named = path.startsWith("~")
    ? join(host.home, path.slice(1))
    : resolve(from, fromNative(path));
  if (within !== null && (/^(~|\/|[A-Za-z]:)/.test(path) || !isInside(within, named))) {
    throw new SysError(
      "input",
      `Cannot use path:${path}: a fetched input may only name its own folders`,
    );
  }
  if (fs.lstat(named) === null) {
    throw new SysError("input", `Cannot use path:${path}: ${named} does not exist`);
  }
  const real = fs.realPath(named);
  if (within !== null && !isInside(fs.realPath(within), real)) {
    throw new SysError("input", `Cannot use path:${path}: it is a link out of the fetched input`);
  }
  if (fs.lstat(real)?.kind !== "dir") {
    throw new SysError("input", `Cannot use path:${path}: ${named} is not a folder`);
  }
  return { path: real, hash: hashFolder(withoutGit(fs, real), real) };
}

/** The same files, but for a `.git` at the top: it changes with every look at the repository. */
function withoutGit(fs: ReadFs, top: string): ReadFs {
  const view = Object.create(fs) as ReadFs & { readDir: ReadFs["readDir"] };
  view.readDir = (path) => {
    const names = fs.readDir(path);
    return path === top ? names.filter((name) => name !== ".git") : names;
  };
  return view;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith("../") && !way.startsWith("..\\") && !isAbsolute(way);
}
