import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { SysError } from "../../../src/errors.ts";
import { openRepository } from "../../../src/fetch/git/repository.ts";
import { writeEntry } from "../../../src/fetch/git/tree.ts";
import type { System } from "../../../src/system/mod.ts";
import { realSystem } from "../../../src/system/real.ts";
import { commit, git, hasGit, needsGit } from "../../support/git_repository.ts";
import { serveGitOverHttp } from "../../support/git_server.ts";
import { noSshServer, startSshServer } from "../../support/ssh_server.ts";
import { withTemporary } from "../../support/temporary.ts";
import { describeTree } from "../../support/tree.ts";

/** A machine without a git program, and one with. */
const WORLDS: Record<string, () => System> = {
  "the machine's git": realSystem,
  "the git inside sys": () => {
    const system = realSystem();
    const refuse = () => Promise.reject(new Error("nothing may be run"));
    return {
      ...system,
      processes: {
        run: refuse,
        which: () => null,
        keeper: () => ({ kill: () => Promise.resolve() }),
        passesOnFiles: () => false,
      },
    };
  },
};

for (const [what, world] of Object.entries(WORLDS)) {
  const check = (name: string, test: (dir: string, system: System) => Promise<void>) =>
    Deno.test({
      ...needsGit(`${what}: ${name}`),
      fn: () => withTemporary((dir) => test(dir, world())),
    });

  check("branches and tags are resolved, and trees exported, over HTTP", async (dir, system) => {
    const repo = join(dir, "served", "lib");
    const first = commit(repo, { "a.txt": "one\n", "deep/er/b": "1" });
    git(repo, "tag", "-a", "v1", "-m", "One");
    git(repo, "tag", "plain");
    chmodSync(join(repo, "deep/er/b"), 0o755);
    symlinkSync("a.txt", join(repo, "link"));
    const second = commit(repo, { "big": "x".repeat(300_000), "a.txt": "two\n" });
    const server = serveGitOverHttp(join(dir, "served"));
    try {
      for (const remote of [`${server.url}/lib`, `${server.url}/moved/lib`]) {
        const options = { remote, cacheDir: join(dir, "cache") };
        const repository = await openRepository(system, options);
        assert.equal(await repository.resolve(null), second);
        assert.equal(await repository.resolve("main"), second);
        assert.equal(await repository.resolve("v1"), first);
        assert.equal(await repository.resolve("plain"), first);
        await assert.rejects(repository.resolve("nope"), (error: SysError) => {
          assert.equal(error.kind, "fetch");
          assert.match(error.hint!, /main.*plain.*v1/);
          return true;
        });
        const out = join(dir, `out-${remote.includes("moved")}`);
        mkdirSync(out);
        assert.equal(await repository.export(second, out), 1700000000);
        assert.deepEqual(describeTree(out), describeTree(repo, [".git"]));
        const old = join(dir, `old-${remote.includes("moved")}`);
        mkdirSync(old);
        await repository.export(first, old);
        assert.equal(Deno.readTextFileSync(join(old, "a.txt")), "one\n");
      }
    } finally {
      await server.stop();
    }
  });

  check("a token goes to its server, and nowhere else", async (dir, system) => {
    const rev = commit(join(dir, "served", "lib"), { "a": "1" });
    const other = serveGitOverHttp(join(dir, "served"), { token: "another" });
    const server = serveGitOverHttp(join(dir, "served"), { token: "s3cret", away: other.url });
    const remote = `${server.url}/lib`;
    try {
      const cacheDir = join(dir, "cache");
      const right = await openRepository(system, { remote, cacheDir, token: "s3cret" });
      assert.equal(await right.resolve(null), rev);
      const away = `${server.url}/away/lib`;
      const redirected = await openRepository(system, { remote: away, cacheDir, token: "s3cret" });
      await assert.rejects(redirected.resolve(null));
      assert.ok(other.requests.length > 0);
      assert.ok(other.requests.every((request) => request.authorization === null));
      for (const token of [null, "wrong"]) {
        const repository = await openRepository(system, { remote, cacheDir, token });
        await assert.rejects(repository.resolve(null), (error: SysError) => {
          assert.equal(error.kind, "fetch");
          assert.doesNotMatch([error.message, ...error.notes].join(), /wrong/);
          return true;
        });
      }
    } finally {
      await server.stop();
      await other.stop();
    }
  });

  check("a server that is not there is an error with its name", async (dir, system) => {
    const remote = "http://127.0.0.1:1/lib";
    const repository = await openRepository(system, { remote, cacheDir: join(dir, "cache") });
    await assert.rejects(repository.resolve(null), /127\.0\.0\.1:1\/lib/);
  });
}

const sshless = hasGit ? noSshServer() : "there is no git";
Deno.test({
  name: `over ssh, with the user's own key${sshless === null ? "" : ` (skipped: ${sshless})`}`,
  ignore: sshless !== null,
  fn: () =>
    withTemporary(async (dir) => {
      const rev = commit(join(dir, "lib"), { "a": "1" });
      mkdirSync(join(dir, "ssh"));
      const server = await startSshServer(join(dir, "ssh"));
      try {
        const open = (command: string) => {
          const system = realSystem();
          const env = (name: string) =>
            name === "GIT_SSH_COMMAND" ? command : system.host.env(name);
          const host = Object.create(system.host, { env: { value: env } });
          const remote = `ssh://${server.user}@127.0.0.1:${server.port}${join(dir, "lib")}`;
          return openRepository({ ...system, host }, { remote, cacheDir: join(dir, "cache") });
        };
        const repository = await open(server.command);
        assert.equal(await repository.resolve("main"), rev);
        mkdirSync(join(dir, "out"));
        await repository.export(rev, join(dir, "out"));
        assert.deepEqual(describeTree(join(dir, "out")), describeTree(join(dir, "lib"), [".git"]));
        // Another key than the one that is let in: an error at once, not a question on a terminal.
        const stranger = await open(server.command.replace("/user ", "/host "));
        await assert.rejects(stranger.resolve("main"), (error: SysError) => {
          assert.equal(error.kind, "fetch");
          assert.match([error.message, ...error.notes].join(), /Permission denied/);
          return true;
        });
      } finally {
        await server.stop();
      }
    }),
});

Deno.test("without a git program, ssh is refused with what to do", async () => {
  const system = WORLDS["the git inside sys"]();
  await assert.rejects(
    openRepository(system, { remote: "git@host:org/repo.git", cacheDir: "/nowhere" }),
    (error: SysError) => /no git on PATH/.test(error.message) && /install git/.test(error.hint!),
  );
});

Deno.test("a tree that is made to write elsewhere is refused", async () => {
  await withTemporary((dir) => {
    const { fs } = realSystem();
    const folder = join(dir, "tree");
    mkdirSync(folder);
    symlinkSync(dir, join(folder, "link"));
    mkdirSync(join(folder, "taken"));
    const before = describeTree(dir);
    for (
      const path of ["../x", "a/../../x", "/x", "a//b", "./x", ".git/config", "a/.GIT/hooks/x"]
        .concat("link/x", "taken", "a\\b", "")
    ) {
      const entry = { mode: "100644", oid: "0".repeat(40), size: 1, path };
      assert.throws(
        () => writeEntry(fs, folder, entry, new Uint8Array(1)),
        (error) => error instanceof SysError && error.kind === "fetch",
        path,
      );
    }
    assert.deepEqual(describeTree(dir).filter((line) => !/ tree\/a$/.test(line)), before);
  });
});
