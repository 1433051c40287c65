import assert from "node:assert/strict";
import type { SysError } from "../../src/errors.ts";
import { parseInput } from "../../src/inputs/spec.ts";
import type { InputSpec } from "../../src/inputs/types.ts";

const place = { file: "init.lua", line: 3 };

function spec(url: string | null, more: Partial<InputSpec> = {}): InputSpec {
  return { url, ref: null, dir: null, follows: {}, place, ...more };
}

Deno.test("an input's url is read in every form", () => {
  const check = (url: string, expected: unknown, more: Partial<InputSpec> = {}) =>
    assert.deepEqual(parseInput("x", spec(url, more)).source, expected, url);
  const git = (remote: string, ref: string | null = null) => ({
    type: "git",
    url: `git:${remote}`,
    remote,
    ref,
  });
  check("git:https://host/org/repo.git", git("https://host/org/repo.git"));
  check("git:https://host/org/repo.git#v1.2", git("https://host/org/repo.git", "v1.2"));
  check("git:https://host/r.git", git("https://host/r.git", "main"), { ref: "main" });
  check("git:https://host/r.git#main", git("https://host/r.git", "main"), { ref: "main" });
  check("git:git@host:org/repo.git", git("git@host:org/repo.git"));
  check("git:git@host:org/repo.git#feature/x", git("git@host:org/repo.git", "feature/x"));
  check("git:ssh://git@host:2222/repo", git("ssh://git@host:2222/repo"));
  check("git:file:///srv/repo", git("file:///srv/repo"));
  const forge = (type: string, owner: string, repo: string, ref: string | null = null) => ({
    type,
    url: `${type}:${owner}/${repo}`,
    owner,
    repo,
    ref,
  });
  check("github:org/repo", forge("github", "org", "repo"));
  check("github:org/repo/v1", forge("github", "org", "repo", "v1"));
  check("github:org/repo/feature/x", forge("github", "org", "repo", "feature/x"));
  check("gitlab:org/repo#main", forge("gitlab", "org", "repo", "main"));
  check("sourcehut:~me/repo", forge("sourcehut", "me", "repo"));
  check("codeberg:org/repo.git", forge("codeberg", "org", "repo"));
  const tarball = "https://host/a.tar.gz";
  check(`tarball:${tarball}`, { type: "tarball", url: `tarball:${tarball}`, archive: tarball });
  check("path:./lib", { type: "path", url: "path:./lib", path: "./lib" });
  check("path:~/lib", { type: "path", url: "path:~/lib", path: "~/lib" });
  check("path:/lib", { type: "path", url: "path:/lib", path: "/lib" });
});

Deno.test("the long form says more", () => {
  const input = parseInput(
    "pkgs",
    spec("github:o/r", { dir: "./lua/lib/", auth: "env:TOKEN", follows: { x: "y" } }),
  );
  assert.equal(input.dir, "lua/lib");
  assert.equal(input.auth, "TOKEN");
  assert.deepEqual(input.follows, { x: "y" });
  assert.equal(parseInput("pkgs", spec("github:o/r", { dir: "." })).dir, null);
});

Deno.test("what can't be an input is refused with its place and a way on", () => {
  const check = (url: string | null, message: RegExp, more: Partial<InputSpec> = {}, name = "x") =>
    assert.throws(() => parseInput(name, spec(url, more)), (error: SysError) => {
      assert.equal(error.kind, "input");
      assert.match(error.message, message);
      assert.deepEqual(error.place, place);
      assert.ok(error.hint);
      return true;
    }, `${url}`);
  check(null, /has no `url`/);
  check("https://host/repo.git", /does not say what it is/);
  check("git@host:repo", /does not say what it is/);
  check("lib", /has no type/);
  check("svn:https://host", /no type "svn"/);
  check("path:lib", /is not a path/);
  check("path:./lib#main", /no branches/);
  check("tarball:https://host/a.tgz", /no branches/, { ref: "main" });
  check("tarball:nowhere", /not a URL/);
  check("tarball:ftp://host/a.tgz", /can't be fetched from/);
  check("github:org", /not `org\/repo`/);
  check("github:org/..", /not `org\/repo`/);
  check("github:org/repo/a#b", /both `a` and `b`/);
  check("git:https://host/r#a", /says `a`, and `ref` says `b`/, { ref: "b" });
  check("git:ext::sh -c id", /not the address/);
  check("git:--upload-pack=id", /not the address/);
  check("git:-oProxyCommand=id@host:x", /not the address/);
  check("git:https://host/r#--exec=id", /can't be a branch/);
  check("git:https://host/r#a..b", /can't be a branch/);
  check("git:https://me:secret@host/r", /carries a password/);
  check("git:https://token@host/r", /carries a password/);
  check("github:o/r", /not inside it/, { dir: "../x" });
  check("github:o/r", /not inside it/, { dir: "/x" });
  check("github:o/r", /does not name an environment variable/, { auth: "ghp_secret" });
  check("git:git@host:r", /for https only/, { auth: "env:TOKEN" });
  check("path:./x", /its name is not one/, {}, "a.b");
  check("path:./x", /its name is not one/, {}, "../a");
});
