import assert from "node:assert/strict";
import { describeTree } from "../support/tree.ts";
import { story } from "../support/story.ts";

const CONFIG = `
local hello = derive {
  name = "hello", version = "1.0",
  opts = { greeting = "Good day" },
  config = function(opts, ctx)
    ctx.mkdir(ctx.out .. "/bin")
    ctx.write(ctx.out .. "/bin/hello", "#!/bin/sh\\necho '" .. opts.greeting .. "'\\n", { executable = true })
  end,
}

local M = {}
function M.setup()
  file { path = "~/.vimrc", content = "set number\\n" }
  file { path = "~/.config/git/config", source = "./gitconfig" }
  file { path = "~/.netrc-like", content = "secretless\\n", mode = "0600" }
  env { EDITOR = "vim", PATH = { "~/bin" } }
  activate {
    name = "hello",
    opts = { drv = hello },
    config = function(opts, ctx) ctx.add_to_path(opts.drv.out .. "/bin") end,
  }
end
return M
`;

/** What was in the home before, and must be there again in the end. */
const KEPT = [".local/share/syslua", ".cache", ".local", ".local/share"];

story("the whole journey", async (s) => {
  s.write("dotfiles/init.lua", CONFIG);
  s.write("dotfiles/gitconfig", "[user]\n  name = Maria\n");
  s.write(".bashrc", "alias ll='ls -l'\n");
  const before = describeTree(s.home, KEPT);
  const cwd = "dotfiles";

  assert.equal((await s.sys(["plan", "--exit-code"], { cwd })).code, 4);
  assert.equal((await s.sys(["apply"], { cwd })).code, 0);
  const hello = `. ${s.root}/env.sh; hello; echo $EDITOR`;
  assert.equal((await s.shell(hello)).stdout, "Good day\nvim\n");
  assert.equal(s.read(".vimrc"), "set number\n");
  assert.equal((await s.sys(["status"])).code, 0);
  await s.sys(["apply"], { cwd });

  s.write(
    "dotfiles/init.lua",
    CONFIG.replace("Good day", "Good night").replace("set number", "set ruler"),
  );
  await s.sys(["apply"], { cwd });
  assert.equal((await s.shell(hello)).stdout, "Good night\nvim\n");
  await s.sys(["diff"]);
  await s.sys(["history"]);

  await s.sys(["rollback"]);
  assert.equal((await s.shell(hello)).stdout, "Good day\nvim\n");
  assert.equal(s.read(".vimrc"), "set number\n");

  await s.sys(["destroy", "--yes"]);
  s.write("dotfiles/init.lua", CONFIG);
  assert.deepEqual(describeTree(s.home, KEPT), before);
  assert.equal((await s.sys(["status"])).code, 0);
  await s.sys(["gc"]);
});

story("gc stops at a snapshot that it cannot read", async (s) => {
  s.write("init.lua", CONFIG);
  s.write("gitconfig", "[user]\n");
  await s.sys(["apply"], { unseen: true });
  s.write("init.lua", CONFIG.replace("set number", "set ruler"));
  await s.sys(["apply"], { unseen: true });
  const first = `${s.root}/snapshots/1.json`;
  const whole = Deno.readTextFileSync(first);
  const objects = () => describeTree(`${s.root}/store/obj`);
  const before = objects();
  for (
    const damaged of ["{", whole.slice(0, 300), whole.replace(/"version":\s*1/, '"version":99')]
  ) {
    Deno.writeTextFileSync(first, damaged);
    assert.equal((await s.sys(["gc"])).code, 1);
    assert.deepEqual(objects(), before);
  }
  assert.equal((await s.sys(["repair"], { unseen: true })).code, 1);
  Deno.writeTextFileSync(first, "{");
  assert.equal((await s.sys(["repair"])).code, 0);
  assert.equal(Deno.readTextFileSync(`${first}.damaged`), "{");
  Deno.writeTextFileSync(first, whole);
  assert.equal((await s.sys(["gc"])).code, 0);
  assert.deepEqual(objects(), before);
});

story("drift is seen and mended", async (s) => {
  s.write("init.lua", CONFIG);
  s.write("gitconfig", "[user]\n");
  await s.sys(["apply", "--quiet"]);
  Deno.removeSync(s.at(".vimrc"));
  s.write(".vimrc", "edited\n");
  assert.equal((await s.sys(["status"])).code, 4);
  assert.equal((await s.sys(["apply"])).code, 6);
  assert.equal(s.read(".vimrc"), "edited\n");
  assert.equal((await s.sys(["apply", "--replace"])).code, 0);
  assert.equal(s.read(".vimrc"), "set number\n");
  assert.equal((await s.sys(["status"])).code, 0);
});

story("existing files are not lost", async (s) => {
  s.write("init.lua", CONFIG);
  s.write("gitconfig", "[user]\n");
  s.write(".vimrc", "mine\n", 0o600);
  s.write(".netrc-like", "mine too\n", 0o640);
  const before = describeTree(s.home, KEPT);
  const refused = await s.sys(["apply"]);
  assert.equal(refused.code, 6);
  assert.deepEqual(describeTree(s.home, KEPT), before);
  assert.equal((await s.sys(["apply", "--replace"])).code, 0);
  assert.equal(s.read(".vimrc"), "set number\n");
  assert.equal((await s.sys(["destroy", "--yes"])).code, 0);
  assert.deepEqual(describeTree(s.home, KEPT), before);
});

story("one document with json", async (s) => {
  s.write("init.lua", CONFIG);
  s.write("gitconfig", "[user]\n");
  const json = async (...args: string[]) => {
    const { stdout, code } = await s.sys([...args, "--json"], { unseen: true });
    const document = JSON.parse(stdout);
    assert.equal(document.version, 1, args.join(" "));
    return { document, code };
  };
  const has = (document: Record<string, unknown>, ...keys: string[]) => {
    for (const key of keys) assert.ok(key in document, `${key} is missing`);
  };
  has((await json("eval")).document, "platform", "config", "derivations", "activations", "reads");
  const plan = (await json("plan")).document;
  has(plan, "changes", "realize", "actions");
  assert.equal(plan.changes, true);
  const apply = (await json("apply")).document;
  has(apply, "snapshot", "changes", "realized", "actions", "seconds");
  assert.equal(apply.snapshot, 1);
  assert.equal((await json("apply")).document.snapshot, null);
  has((await json("build")).document, "objects");
  const status = (await json("status")).document;
  assert.deepEqual([status.snapshot, status.clean, status.drift], [1, true, []]);
  has((await json("history")).document, "snapshots");
  has((await json("show", "1")).document, "number");
  s.write("init.lua", CONFIG.replace("set number", "set ruler"));
  await json("apply");
  has((await json("diff")).document, "from", "to", "packages", "files", "env", "services");
  has((await json("rollback", "--dry-run")).document, "changes", "actions");
  await json("rollback");
  has((await json("gc", "--dry-run")).document, "removed", "bytes", "dry_run");
  has((await json("destroy", "--yes")).document, "changes");
  const { document, code } = await json("show", "99");
  assert.equal(code, 1);
  has(document.error, "kind", "message", "file", "line", "hint");
});
