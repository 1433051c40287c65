/** What the fetching operations of a recipe share: what they bring lies, read-only, where this build may see it. */
import { join } from "node:path/posix";
import { SysError } from "../errors.ts";
import type { Downloaded } from "../fetch/http/download.ts";
import { copyFile } from "../system/contents.ts";
import { type FileSystem, FsError } from "../system/fs.ts";
import { SOURCE_DATE_EPOCH } from "./environment.ts";
import type { BuildContext } from "./build_context.ts";

/** Fetches when there is room for it; meanwhile another build has this one's. */
export function fetching<T>(
  { slot, downloads, signal }: BuildContext,
  action: () => Promise<T>,
): Promise<T> {
  return slot.without(() => downloads.run(signal, action));
}

/** Checks the name that a fetched thing is to have. */
export function fileName(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9+._?=@-]*$/.test(name)) return name;
  throw new SysError("build", `Cannot fetch: \`name\` is "${name}", not the name of a file`);
}

/** A hash that was given. @throws SysError where it is empty */
export function pinned(what: string, hash: string): string {
  if (hash !== "") return hash;
  throw new SysError("fetch", `Cannot fetch ${what}: it has no hash`, {
    hint: "`sys hash <url>` prints the one to put into the configuration",
  });
}

/** Tells the build's observer how far a download is. */
export function progress({ observer, derivation }: BuildContext) {
  return (far: { url: string; bytes: number; total: number | null }) =>
    observer({ kind: "download", derivation, ...far });
}

/** Shows a file of the cache to the build under a name of its own: as a second name for it where that can be.
 * @returns where it lies on this machine */
export function place(
  context: BuildContext,
  file: Downloaded,
  name: string,
  executable: boolean,
): string {
  const { fs } = context.system;
  const path = join(spareFolder(context), name);
  if (executable) copyFile(fs, file.path, path, { mode: 0o555 });
  else {
    try {
      fs.link(file.path, path);
    } catch (thrown) {
      if (!(thrown instanceof FsError)) throw thrown;
      // The cache is on another file system, or on one without hard links.
      copyFile(fs, file.path, path, { mode: 0o444 });
    }
  }
  return path;
}

/** A folder of its own for each fetch, so that names never meet. */
export function spareFolder(context: BuildContext): string {
  const { fs } = context.system;
  context.openScratch();
  const folder = join(context.places.fetched, String(fs.readDir(context.places.fetched).length));
  fs.mkdir(folder, 0o755);
  return folder;
}

/** Gives all files of a tree one time: a checkout has the order in which it was written, and make compares times. */
export function settleTimes(fs: FileSystem, path: string): void {
  const info = fs.lstat(path);
  if (info?.kind === "file") fs.utime(path, SOURCE_DATE_EPOCH);
  if (info?.kind !== "dir") return;
  for (const name of fs.readDir(path)) settleTimes(fs, join(path, name));
}

/** A name for what lies at a URL. */
export function nameOf(url: string): string {
  const last = url.replace(/[?#].*$/s, "").split("/").pop() ?? "";
  let name = last;
  try {
    name = decodeURIComponent(last);
  } catch {
    // A stray percent sign stays as it is.
  }
  return name.replace(/[^A-Za-z0-9+._=-]/g, "-").replace(/^[.-]+/, "") || "download";
}
