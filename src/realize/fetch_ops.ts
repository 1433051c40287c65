/** The fetching operations of a recipe: what they bring lies, read-only, where this build may see it. */
import { basename, join } from "node:path";
import { parseDigest } from "../digest.ts";
import { SysError } from "../errors.ts";
import type { Json } from "../manifest/types.ts";
import { FsError } from "../system/fs.ts";
import type { Arguments } from "./arguments.ts";
import { parseAuth } from "../fetch/http/credentials.ts";
import { download, type Downloaded, type DownloadRequest } from "../fetch/http/download.ts";
import { fetchGit } from "../fetch/git/fetch_git.ts";
import { fetchNpm } from "../fetch/npm/npm.ts";
import { copyFile } from "../system/contents.ts";
import { unpack } from "../fetch/unpack/unpack.ts";
import type { World } from "./world.ts";
import { makeFolders } from "../system/folders.ts";

export async function fetchUrl(world: World, args: Arguments): Promise<Json> {
  const urls = args.texts(0, "url");
  const digest = parseDigest(pinned(args, 1));
  const options = args.options(2, ["name", "headers", "auth", "executable", "unpack"]);
  const name = fileName(args, options.text("name") ?? nameOf(urls[0]));
  const auth = options.value("auth");
  const file = await downloaded(world, {
    urls,
    digest,
    headers: options.map("headers"),
    auth: auth === null ? undefined : parseAuth(auth),
  });
  const path = place(world, file, name, options.flag("executable"));
  if (!options.flag("unpack")) return path;
  const { system, signal } = world;
  const dest = join(spareFolder(world), name.replace(/(\.[A-Za-z0-9]{1,4}){1,2}$/, "") || name);
  return await world.works.run(signal, () => unpack(system, { archive: path, dest, signal }));
}

export async function fetchGitTree(world: World, args: Arguments): Promise<Json> {
  const url = args.text(0, "url");
  const hash = args.textOrNull(2, "hash");
  const options = args.options(3, ["submodules", "name", "auth"]);
  const name = fileName(
    args,
    options.text("name") ?? (nameOf(url).replace(/\.git$/, "") || "source"),
  );
  const dest = join(spareFolder(world), name);
  const { system, cacheDir, signal } = world;
  await world.downloads.run(signal, () =>
    fetchGit(system, {
      url,
      rev: args.text(1, "rev"),
      hash: hash === null ? null : parseDigest(hash),
      submodules: options.flag("submodules"),
      token: options.text("auth"),
      cacheDir,
      dest,
      signal,
    }));
  return dest;
}

export async function fetchNpmTarball(world: World, args: Arguments): Promise<Json> {
  const name = args.text(0, "name");
  const version = args.text(1, "version");
  const digest = parseDigest(pinned(args, 2));
  const file = await world.downloads.run(
    world.signal,
    () =>
      fetchNpm(world.system, world.cacheDir, {
        name,
        version,
        digest,
        onProgress: progress(world),
        signal: world.signal,
      }),
  );
  return place(world, file, `${basename(name)}-${version}.tgz`, false);
}

/** Checks the name that a fetched thing is to have. */
function fileName(args: Arguments, name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9+._?=@-]*$/.test(name)) return name;
  throw args.wrong("name", "the name of a file", name);
}

function pinned(args: Arguments, n: number): string {
  const hash = args.textOrNull(n, "hash");
  if (hash !== null && hash !== "") return hash;
  throw new SysError("fetch", `Cannot fetch ${args.texts(0, "url")[0]}: it has no hash`, {
    hint: "`sys hash <url>` prints the one to put into the configuration",
  });
}

function downloaded(
  world: World,
  request: Omit<DownloadRequest, "signal" | "onProgress">,
): Promise<Downloaded> {
  const { system, cacheDir, signal, downloads } = world;
  return downloads.run(
    signal,
    () => download(system, cacheDir, { ...request, signal, onProgress: progress(world) }),
  );
}

function progress({ observer, derivation }: World) {
  return (far: { url: string; bytes: number; total: number | null }) =>
    observer({ kind: "download", derivation, ...far });
}

/** Shows a file of the cache to the build under a name of its own: as a second name for it where that can be. */
function place(world: World, file: Downloaded, name: string, executable: boolean): string {
  const { fs } = world.system;
  const path = join(spareFolder(world), name);
  if (executable) copyFile(fs, file.path, path, 0o555);
  else {
    try {
      fs.link(file.path, path);
    } catch (thrown) {
      if (!(thrown instanceof FsError)) throw thrown;
      // The cache is on another file system, or on one without hard links.
      copyFile(fs, file.path, path, 0o444);
    }
  }
  return path;
}

/** A folder of its own for each fetch, so that names never meet. */
function spareFolder(world: World): string {
  const { fs } = world.system;
  makeFolders(fs, world.places.fetched);
  const folder = join(world.places.fetched, String(fs.readDir(world.places.fetched).length));
  fs.mkdir(folder, 0o755);
  return folder;
}

function nameOf(url: string): string {
  const last = url.replace(/[?#].*$/s, "").split("/").pop() ?? "";
  let name = last;
  try {
    name = decodeURIComponent(last);
  } catch {
    // A stray percent sign stays as it is.
  }
  return name.replace(/[^A-Za-z0-9+._=-]/g, "-").replace(/^[.-]+/, "") || "download";
}
