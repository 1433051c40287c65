/** Real Git repositories in a temporary folder, for tests. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Whether this machine has git. */
export const hasGit = await new Deno.Command("git", { args: ["--version"] }).output()
  .then(({ success }) => success, () => false);

/** Options of a test that needs git. */
export function needsGit(name: string): { name: string; ignore: boolean } {
  return { name: hasGit ? name : `${name} (skipped: there is no git)`, ignore: !hasGit };
}

/** Runs git with an environment of its own, and gives its output. */
export function git(folder: string, ...args: string[]): string {
  const { success, stdout, stderr } = new Deno.Command("git", {
    args: ["-C", folder, "-c", "init.defaultBranch=main", ...args],
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH")!,
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: "1",
      ...{ GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@example.org" },
      ...{ GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@example.org" },
      ...{ GIT_AUTHOR_DATE: "1700000000 +0000", GIT_COMMITTER_DATE: "1700000000 +0000" },
    },
  }).outputSync();
  assert.ok(success, `git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

/** Writes files, and commits them; gives the commit. Makes the repository when there is none. */
export function commit(folder: string, files: Record<string, string>): string {
  mkdirSync(folder, { recursive: true });
  if (!readdirSync(folder).includes(".git")) git(folder, "init", "-q");
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "-m", "Change");
  return git(folder, "rev-parse", "HEAD");
}
