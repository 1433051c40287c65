/** Takes the address of a Git repository, gives its revisions and clean trees, by whatever git there is. */
import { SysError } from "../../errors.ts";
import type { System } from "../../system/mod.ts";
import type { Repository, RepositoryOptions } from "./types.ts";

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
