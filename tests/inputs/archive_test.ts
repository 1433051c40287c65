import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { archiveUrl, repositoryUrl } from "../../src/inputs/archive.ts";
import { lockInputs } from "../../src/inputs/resolve.ts";
import type { Forge } from "../../src/inputs/spec.ts";
import type { InputSpec } from "../../src/inputs/types.ts";
import type { System } from "../../src/system/mod.ts";
import { realSystem } from "../../src/system/real.ts";
import { commit, git, needsGit } from "../support/git_repository.ts";
import { serveGitOverHttp } from "../support/git_server.ts";
import { withTemporary } from "../support/temporary.ts";

Deno.test("each forge has its repositories and archives at their place", () => {
  const check = (forge: Forge, repository: string, archive: string) => {
    assert.equal(repositoryUrl(forge, "org", "repo"), repository);
    assert.equal(archiveUrl(forge, "org", "repo", "0123"), archive);
  };
  check(
    "github",
    "https://github.com/org/repo.git",
    "https://github.com/org/repo/archive/0123.tar.gz",
  );
  check(
    "gitlab",
    "https://gitlab.com/org/repo.git",
    "https://gitlab.com/org/repo/-/archive/0123/repo-0123.tar.gz",
  );
  check(
    "sourcehut",
    "https://git.sr.ht/~org/repo",
    "https://git.sr.ht/~org/repo/archive/0123.tar.gz",
  );
  check(
    "codeberg",
    "https://codeberg.org/org/repo.git",
    "https://codeberg.org/org/repo/archive/0123.tar.gz",
  );
});

/** Resolves one input against a cache and a lock in `dir`. */
async function resolve(system: System, dir: string, url: string, more = {}) {
  const lib: InputSpec = { url, ref: null, dir: null, follows: {}, place: null, auth: null };
  const lockPath = join(dir, "syslua.lock"), cacheDir = join(dir, "cache");
  const options = { dir, lockPath, cacheDir, write: true, ...more };
  const { inputs, lock } = await lockInputs(system, options, { lib });
  return { ...inputs.get("lib")!, locked: lock.lib };
}

/** Serves what `content` returns. */
function serve(content: () => Uint8Array): { url: string; stop: () => Promise<void> } {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(content().slice()),
  );
  const { port } = server.addr as Deno.NetAddr;
  return { url: `http://127.0.0.1:${port}/a.tar.gz`, stop: () => server.shutdown() };
}

Deno.test({
  ...needsGit("a tarball is locked by its content, however it is packed"),
  fn: () =>
    withTemporary(async (dir) => {
      const repo = join(dir, "repo");
      commit(repo, { "init.lua": "return {}", "repo-1/x": "1" });
      const pack = (...args: string[]) => {
        git(repo, "archive", ...args, "-o", join(dir, "a.tar.gz"), "HEAD");
        return readFileSync(join(dir, "a.tar.gz"));
      };
      let archive = pack("--prefix=repo-1/");
      const server = serve(() => archive);
      const system = realSystem();
      try {
        const url = `tarball:${server.url}`;
        const first = await resolve(system, dir, url);
        assert.equal(first.type, "tarball");
        assert.equal(first.rev, null);
        assert.equal(first.locked.lastModified, 1700000000);
        assert.equal(readFileSync(join(first.path, "init.lua"), "utf8"), "return {}");
        assert.equal(readFileSync(join(first.path, "repo-1/x"), "utf8"), "1");

        archive = pack("-1");
        rmSync(join(dir, "cache", "downloads"), { recursive: true });
        mkdirSync(join(dir, "cache2"));
        const again = await resolve(system, dir, url, { cacheDir: join(dir, "cache2") });
        assert.equal(again.hash, first.hash);

        commit(repo, { "init.lua": "return { 2 }" });
        archive = pack();
        await resolve(system, dir, url, { offline: true });
        const fresh = { cacheDir: join(dir, "cache3") };
        await assert.rejects(resolve(system, dir, url, fresh), /not what the lock says/);
        const updated = await resolve(system, dir, url, { ...fresh, update: "all" });
        assert.notEqual(updated.hash, first.hash);
        assert.equal(readFileSync(join(updated.path, "init.lua"), "utf8"), "return { 2 }");
      } finally {
        await server.stop();
      }
    }),
});

Deno.test("what is no archive is refused, and nothing is left behind", async () => {
  await withTemporary(async (dir) => {
    const server = serve(() => new TextEncoder().encode("<html>sign in</html>"));
    const system = realSystem();
    try {
      await assert.rejects(resolve(system, dir, `tarball:${server.url}`), { kind: "input" });
      assert.deepEqual(system.fs.readDir(join(dir, "cache", "inputs")), []);
      assert.equal(system.fs.lstat(join(dir, "syslua.lock")), null);
    } finally {
      await server.stop();
    }
  });
});

Deno.test({
  ...needsGit("a repository on a forge is resolved by its refs and fetched as an archive"),
  fn: () =>
    withTemporary(async (dir) => {
      const repo = join(dir, "served", "org", "repo.git");
      const rev = commit(repo, { "init.lua": "return {}", "bin/x": "1" });
      git(repo, "tag", "v1");
      commit(repo, { "init.lua": "return { 2 }" });
      const archive = join(dir, "a.tar.gz");
      git(repo, "archive", `--prefix=repo-${rev}/`, "-o", archive, rev);
      const server = serveGitOverHttp(join(dir, "served"));
      // github.com is this machine; without a git program, all requests go through the port.
      const asked: string[] = [];
      const real = realSystem();
      const system: System = {
        ...real,
        processes: { ...real.processes, which: () => null },
        network: {
          send(request) {
            asked.push(request.url);
            if (request.url.endsWith(`/org/repo/archive/${rev}.tar.gz`)) {
              const body = new Blob([readFileSync(archive)]).stream();
              return Promise.resolve({ status: 200, headers: new Headers(), body });
            }
            const url = request.url.replace("https://github.com", server.url);
            return real.network.send({ ...request, url });
          },
        },
      };
      try {
        const lib = await resolve(system, dir, "github:org/repo/v1");
        assert.equal(lib.rev, rev);
        assert.equal(lib.locked.ref, "v1");
        assert.equal(lib.lastModified, 1700000000);
        assert.deepEqual(system.fs.readDir(lib.path), ["bin", "init.lua"]);
        assert.ok(asked.every((url) => url.startsWith("https://github.com/org/repo")));
        asked.length = 0;
        await resolve(system, dir, "github:org/repo/v1");
        assert.deepEqual(asked, []);
        writeFileSync(archive, "damaged on the way");
        const elsewhere = { cacheDir: join(dir, "cache2") };
        await assert.rejects(resolve(system, dir, "github:org/repo/v1", elsewhere), {
          kind: "input",
        });
      } finally {
        await server.stop();
      }
    }),
});
