/** Takes the address of a Git repository, gives its revisions and clean trees, by whatever git there is. */
import { SysError } from "../../errors.ts";
import type { System } from "../../system/mod.ts";

/** A repository that can be asked. */
export interface Repository {
  /** Commit that a branch, tag or (shortened) revision means now; null for the default branch. */
  resolve(ref: string | null): Promise<string>;
  /** Writes the tree of a commit into an empty folder, without `.git`; submodules are empty folders. Gives the
   * commit's time, seconds since the epoch. */
  export(rev: string, folder: string): Promise<number>;
  /** The commits that the submodules of an exported tree are pinned to, by path. */
  submodules(rev: string): ReadonlyMap<string, string>;
}

/** Which repository, and how. */
export interface RepositoryOptions {
  /** `https://…`, `ssh://…`, `git://…`, `file:///…` or `user@host:path`. */
  readonly remote: string;
  /** Where fetched objects are kept, below `git/`. */
  readonly cacheDir: string;
  /** A token for its server, for https only. */
  readonly token?: string | null;
  readonly signal?: AbortSignal;
}

/**
 * Opens a repository through the `git` on the user's PATH, which has their keys, agents and helpers, or else
 * through the one inside sys, for https. Nothing is asked of the network yet.
 * @throws SysError of kind "fetch", as do the repository's methods
 */
export async function openRepository(
  system: Pick<System, "fs" | "processes" | "network" | "host" | "clock">,
  options: RepositoryOptions,
): Promise<Repository> {
  const git = system.processes.which("git", system.host.env("PATH"));
  if (git !== null) {
    const { systemGit } = await import("./system_git.ts");
    return systemGit(system, git, options);
  }
  if (!/^https?:/.test(options.remote)) {
    throw new SysError("fetch", `Cannot fetch ${options.remote}: there is no git on PATH`, {
      hint: "without git only https:// repositories can be fetched; install git for others",
    });
  }
  const { embeddedGit } = await import("./embedded_git.ts");
  return embeddedGit(system, options);
}

/** Whether a text is a whole commit name, so that no server needs to be asked what it means. */
export function isFullRevision(ref: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);
}

/** The error for a branch or tag that is not there, with some that are. */
export function noSuchRef(
  remote: string,
  ref: string,
  refs: ReadonlyMap<string, string>,
): SysError {
  const names = [...refs.keys()].filter((name) => /^refs\/(heads|tags)\//.test(name))
    .map((name) => name.replace(/^refs\/(heads|tags)\//, "")).filter((name) =>
      !name.endsWith("^{}")
    );
  const shown = names.slice(0, 8).join(", ") + (names.length > 8 ? ", …" : "");
  return new SysError("fetch", `Cannot resolve "${ref}": ${remote} has no such branch or tag`, {
    hint: names.length > 0 ? `it has ${shown}` : "it has no branches and no tags",
  });
}
