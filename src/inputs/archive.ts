/** Takes an archive, or a repository on a forge that makes archives, gives its folder. */
import { join } from "node:path/posix";
import { constants, gunzipSync } from "node:zlib";
import { download } from "../fetch/http/download.ts";
import { openRepository } from "../fetch/git/repository.ts";
import { unpack } from "../fetch/unpack/unpack.ts";
import type { FileSystem, ReadFs } from "../system/mod.ts";
import type { Fetcher, FetcherOptions } from "./fetcher_types.ts";
import type { Forge, InputSource } from "./spec.ts";

type ArchiveSource = Exclude<InputSource, { type: "path" } | { type: "git" }>;

/** Fetches archives. Revisions of a forge's repository are asked of the repository itself, which has no limit of
 * requests, as the forges' own interfaces have. */
export function archiveFetcher(
  source: ArchiveSource,
  { system, cacheDir, token, signal = new AbortController().signal }: FetcherOptions & {
    readonly token: string | null;
  },
): Fetcher {
  const { fs } = system;
  return {
    async resolve(ref) {
      if (source.type === "tarball") return null;
      const remote = repositoryUrl(source.type, source.owner, source.repo);
      return (await openRepository(system, { remote, token, cacheDir, signal })).resolve(ref);
    },

    async export(rev, folder) {
      const url = source.type === "tarball"
        ? source.archive
        : archiveUrl(source.type, source.owner, source.repo, rev!);
      const { path } = await download(system, cacheDir, {
        urls: [url],
        // Pinned by the hash of what is in it, since forges may compress the same files in another way one day.
        digest: null,
        signal,
        ...(token === null ? {} : { auth: { user: "x-access-token", password: token } }),
      });
      await unpack(system, { archive: path, dest: folder, signal });
      liftOnlyFolder(fs, folder);
      return archiveTime(fs, path);
    },
  };
}

/** Where `git` finds a forge's repository. */
export function repositoryUrl(forge: Forge, owner: string, repo: string): string {
  return `${webPage(forge, owner, repo)}${forge === "sourcehut" ? "" : ".git"}`;
}

/** Where a forge gives out the archive of a commit. */
export function archiveUrl(forge: Forge, owner: string, repo: string, rev: string): string {
  const page = webPage(forge, owner, repo);
  return forge === "gitlab"
    ? `${page}/-/archive/${rev}/${repo}-${rev}.tar.gz`
    : `${page}/archive/${rev}.tar.gz`;
}

function webPage(forge: Forge, owner: string, repo: string): string {
  switch (forge) {
    case "github":
      return `https://github.com/${owner}/${repo}`;
    case "gitlab":
      return `https://gitlab.com/${owner}/${repo}`;
    case "sourcehut":
      return `https://git.sr.ht/~${owner}/${repo}`;
    case "codeberg":
      return `https://codeberg.org/${owner}/${repo}`;
  }
}

/** Most archives hold one folder, with all the rest in it: what is in that counts. */
function liftOnlyFolder(fs: FileSystem, folder: string) {
  const names = fs.readDir(folder);
  if (names.length !== 1 || fs.lstat(join(folder, names[0]))?.kind !== "dir") return;
  const only = join(folder, `.only-${crypto.randomUUID()}`);
  fs.rename(join(folder, names[0]), only);
  for (const name of fs.readDir(only)) fs.rename(join(only, name), join(folder, name));
  fs.remove(only);
}

/** Modification time of the first entry of a .tar.gz, which `git archive` sets to that of the commit; seconds since
 * the epoch, or null where it can't be told. */
function archiveTime(fs: ReadFs, path: string): number | null {
  const head = new Uint8Array(16 << 10);
  const file = fs.openRead(path);
  let size: number;
  try {
    size = file.read(head);
  } finally {
    file.close();
  }
  try {
    // A flush mode that takes the beginning of a stream for what it is.
    const tar = gunzipSync(head.subarray(0, size), { finishFlush: constants.Z_SYNC_FLUSH });
    const time = parseInt(tar.toString("latin1", 136, 147), 8);
    return tar.toString("latin1", 257, 262) === "ustar" && time > 0 ? time : null;
  } catch {
    return null;
  }
}
