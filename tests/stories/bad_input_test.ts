import assert from "node:assert/strict";
import { describeTree } from "../support/tree.ts";
import { story } from "../support/story.ts";

const KEPT = [".local/share/syslua", ".cache", ".local", ".local/share"];

/** Configs that are wrong: what they are called, their text, and the exit code. */
const WRONG: readonly (readonly [name: string, config: string, code: number])[] = [
  ["returns nothing", "local M = {}\n", 3],
  ["has a syntax error", "local M = {\nfunction M.setup() end\nreturn M\n", 3],
  [
    "has an unknown field",
    'return { setup = function()\n  file { path = "~/x", contents = "x" }\nend }\n',
    3,
  ],
  [
    "has content and source",
    'return { setup = function()\n  file { path = "~/x", content = "x", source = "./x" }\nend }\n',
    3,
  ],
  ["assigns a global", "return { setup = function()\n  colour = 1\nend }\n", 3],
  ["fails", 'return { setup = function()\n  error("no such luck")\nend }\n', 3],
  ["loops for ever", "return { setup = function()\n  while true do end\nend }\n", 3],
  [
    "conflicts",
    'return { setup = function()\n  env { EDITOR = "vim" }\n  env { EDITOR = "emacs" }\nend }\n',
    3,
  ],
  [
    "has a build that fails",
    `return { setup = function()
  local d = derive { name = "broken", config = function(_, ctx) ctx.run("echo it began; exit 3") end }
  file { path = "~/x", source = d.out }
end }
`,
    1,
  ],
  [
    "has a wrong hash",
    `return { setup = function()
  local d = derive {
    name = "wrong",
    opts = { url = "file://" .. syslua.getenv("HOME") .. "/thing", sha256 = string.rep("0", 64) },
    config = function(opts, ctx) ctx.copy(ctx.fetch_url(opts.url, opts.sha256), ctx.out) end,
  }
  file { path = "~/x", source = d.out }
end }
`,
    1,
  ],
  [
    "has a command that hangs",
    `local build = require("syslua.lib").build
return { setup = function()
  local d = derive { name = "slow", config = function(_, ctx) ctx.run("sleep 60", { timeout = 0.2 }) end }
  file { path = "~/x", source = d.out }
end }
`,
    1,
  ],
  [
    "makes nothing of what it promised",
    `local build = require("syslua.lib").build
return { setup = function()
  local d = derive { name = "empty", outputs = { "out", "doc" }, config = function(_, ctx) ctx.mkdir(ctx.out) end }
  file { path = "~/x", source = d.out }
end }
`,
    1,
  ],
  [
    "has outputs that name each other",
    `local build = require("syslua.lib").build
return { setup = function()
  local d = derive { name = "ring", outputs = { "out", "dev" }, config = function(_, ctx)
    ctx.write(ctx.out .. "/bin/x", "see " .. ctx.outputs.dev)
    ctx.write(ctx.outputs.dev .. "/include/x.h", "see " .. ctx.out)
  end }
  file { path = "~/x", source = d.out }
end }
`,
    1,
  ],
  [
    "misspells a field of a builder",
    `local build = require("syslua.lib").build
return { setup = function()
  build.autotools { name = "x", src = { url = "https://example.org/x.tar.gz", sha256 = string.rep("0", 64) }, dep = {} }
end }
`,
    3,
  ],
  [
    "depends on a text",
    `local build = require("syslua.lib").build
return { setup = function()
  build.autotools { name = "x", src = { url = "https://example.org/x.tar.gz", sha256 = string.rep("0", 64) }, deps = { "zlib" } }
end }
`,
    3,
  ],
  [
    "builds from no source",
    `local build = require("syslua.lib").build
return { setup = function()
  build.autotools { name = "x" }
end }
`,
    3,
  ],
  [
    "builds from a path that is not in the store",
    `local build = require("syslua.lib").build
return { setup = function()
  build.autotools { name = "x", src = "./x.tar.gz" }
end }
`,
    3,
  ],
  [
    "replaces a step by a text",
    `local build = require("syslua.lib").build
return { setup = function()
  build.autotools { name = "x", src = { url = "https://example.org/x.tar.gz", sha256 = string.rep("0", 64) }, install = "make install" }
end }
`,
    3,
  ],
];

for (const [name, config, code] of WRONG) {
  story(`a config that ${name}`, async (s) => {
    s.write("init.lua", config);
    s.write("thing", "a thing");
    const before = describeTree(s.home, KEPT);
    // The others need none, however slow the machine is.
    const limit = name.startsWith("loops") ? ["--eval-timeout", "1"] : [];
    const { code: found } = await s.sys(["apply", ".", ...limit]);
    assert.equal(found, code);
    assert.deepEqual(describeTree(s.home, KEPT), before);
  });
}

story("no config at all", async (s) => {
  assert.equal((await s.sys(["apply"])).code, 3);
  assert.equal((await s.sys(["plan", "nowhere"])).code, 3);
});

story("a home that cannot be written (only as an ordinary user)", async (s) => {
  s.write(
    "init.lua",
    'return { setup = function() file { path = "~/locked/x", content = "x" } end }\n',
  );
  Deno.mkdirSync(s.at("locked"));
  Deno.chmodSync(s.at("locked"), 0o555);
  const { code } = await s.sys(["apply"]);
  assert.equal(code, 1);
  assert.equal(s.exists("locked/x"), false);
  assert.equal((await s.sys(["history"])).code, 0);
}, { ignore: Deno.uid() === 0 });

story("a folder with files is never replaced", async (s) => {
  s.write(
    "init.lua",
    'return { setup = function() file { path = "~/notes", content = "x" } end }\n',
  );
  s.write("notes/today.txt", "milk");
  const { code } = await s.sys(["apply", "--replace"]);
  assert.equal(code, 1);
  assert.equal(s.read("notes/today.txt"), "milk");
});

story("a command that fails is undone", async (s) => {
  s.write(
    "init.lua",
    `return { setup = function()
  file { path = "~/x", content = "x" }
  activate { name = "step", config = function(_, ctx) ctx.run("echo began; exit 9") end }
end }
`,
  );
  assert.equal((await s.sys(["apply"])).code, 1);
  assert.equal(s.exists("x"), false);
  assert.equal((await s.sys(["history"])).code, 0);
});

story("wrong usage", async (s) => {
  for (
    const args of [["aply"], ["apply", "--repalce"], ["rollback", "soon"], ["gc", "--max", "much"]]
  ) {
    await s.sys(args);
  }
});

/** Activations that can't be done here: what they are called, their config, what the message says. */
const IMPOSSIBLE: readonly (readonly [name: string, config: string, says: RegExp])[] = [
  [
    "enables a service without a unit",
    'activate { name = "s", config = function(_, ctx) ctx.enable_service("s", {}) end }',
    /unit/,
  ],
  [
    "names a shell that does not exist",
    'activate { name = "s", config = function(_, ctx) ctx.source_in_shell("true", { shells = { "bsh" } }) end }',
    /bsh/,
  ],
  [
    "adds to PATH what was not built",
    'local d = derive { name = "d", config = function(_, ctx) ctx.mkdir(ctx.out) end }\n' +
    '  activate { name = "s", config = function(_, ctx) ctx.add_to_path(d.out .. "/bin") end }',
    /there is no such folder/,
  ],
  [
    "has a target below a file",
    'file { path = "~/thing/below", content = "x" }',
    /is no folder/,
  ],
];

for (const [name, config, says] of IMPOSSIBLE) {
  story(`a config that ${name}`, async (s) => {
    s.write(
      "init.lua",
      `return { setup = function()\n  file { path = "~/other", content = "o" }\n  ${config}\nend }\n`,
    );
    s.write("thing", "a thing");
    const before = describeTree(s.home, KEPT);
    const { code, stderr } = await s.sys(["apply", "--replace"]);
    assert.ok(code === 1 || code === 3, `exit ${code}`);
    assert.match(stderr, says);
    assert.deepEqual(describeTree(s.home, KEPT), before);
  });
}

story("a recursive folder changes file by file", async (s) => {
  s.write(
    "dotfiles/init.lua",
    'return { setup = function() print("looking"); file { path = "~/.config", source = "./config", recursive = true } end }\n',
  );
  s.write("dotfiles/config/a/one", "1");
  s.write("dotfiles/config/b/two", "2");
  s.write(".config/neighbour", "stays");
  await s.sys(["apply", "dotfiles"]);
  s.write("dotfiles/config/a/one", "changed");
  await s.sys(["apply", "dotfiles"]);
  assert.equal(s.read(".config/a/one"), "changed");
  assert.equal(s.read(".config/neighbour"), "stays");
});
