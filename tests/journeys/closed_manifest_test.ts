/** The Manifest is data that can travel: nothing of the session that made it, and of this machine, is in it. */
import assert from "node:assert/strict";
import { evaluateConfig } from "../../src/journeys/evaluate.ts";
import { propose, UNDECIDED } from "../../src/journeys/propose.ts";
import { withTemporary } from "../support/temporary.ts";
import { TestMachine, withMachine } from "./support.ts";
import { FACTS } from "../config/support/facts.ts";

/** Something of everything that a Manifest can hold. */
const EVERYTHING = {
  "init.lua": `local M = { inputs = { mine = "path:./lib" } }
local part = require("modules.part")
function M.setup(inputs)
  local mine = require("inputs.mine")
  local tool = derive {
    name = "tool", opts = { src = syslua.source("./tree"), dir = inputs.mine.path },
    config = function(opts, ctx) ctx.copy(opts.src, ctx.out) end,
  }
  file { path = "~/link", source = "./tree/a" }
  file { path = "~/tree", source = "./tree", recursive = true }
  file { path = "~/copy", template = "./note.txt", mode = "0600" }
  file { path = "~/live", source = "./tree/b", mutable = true }
  file { path = "~/dir", content = "it lies in " .. syslua.dir }
  file { path = "~/built", content = "exec " .. tool.out .. "/a" }
  env { GREETING = mine.greeting, PATH = { "~/bin", tool.out } }
  activate { name = "act", opts = { tool = tool }, config = function(opts, ctx)
    ctx.add_to_path(opts.tool.out)
    ctx.run("true", { check = "test -e " .. opts.tool.out, undo = "true" })
    ctx.enable_service("web", { unit = "[Service]\\nExecStart=" .. opts.tool.out .. "/a\\n", user = true })
    ctx.set_default("org.example", "key", { list = { 1, 2.5 }, text = "x" })
    ctx.source_in_shell("alias x=y", { shells = { "bash" } })
  end }
  part()
end
return M
`,
  "modules/part.lua":
    `return function() user { name = "me", setup = function() file { path = "~/mine", content = "x" } end } end\n`,
  "lib/init.lua": `return { greeting = "hello" }\n`,
  "tree/a": "a\n",
  "tree/b": "b\n",
  "note.txt": "a note\n",
};

function writeEverything(here: TestMachine): void {
  for (const [path, content] of Object.entries(EVERYTHING)) here.write(path, content);
}

Deno.test("one config gives one Manifest, byte for byte, in any folder, home and root", async () => {
  await withTemporary(async (dir) => {
    const manifests = [];
    for (
      const layout of [
        { home: "first/home/anna", config: "first/home/anna/dotfiles", root: "first/root" },
        { home: "second/users/ben", config: "second/checkouts/of/things", root: "second/r" },
      ]
    ) {
      const here = new TestMachine(dir, layout);
      writeEverything(here);
      const { manifest, recipes } = await evaluateConfig(here.machine, here.evaluation);
      recipes.close();
      manifests.push(JSON.stringify(manifest));
    }
    assert.equal(manifests[0], manifests[1]);
    assert.doesNotMatch(manifests[0], new RegExp(dir));
    assert.match(manifests[0], /"file":"modules\/part.lua"/);
  });
});

Deno.test("a Manifest that went through JSON gives the same plan, without the session", async () => {
  await withMachine(async (here) => {
    writeEverything(here);
    const evaluated = await evaluateConfig(here.machine, here.evaluation);
    const { plan } = await propose(here.machine, evaluated);
    evaluated.recipes.close();
    const manifest = JSON.parse(JSON.stringify(evaluated.manifest));
    assert.deepEqual(manifest, evaluated.manifest);
    const again = await propose(here.machine, { ...evaluated, manifest });
    assert.deepEqual(again.plan, plan);
    assert.ok(plan.steps.length > 5);
    assert.equal(plan.realize.length, 1);
  });
});

Deno.test("a snapshot keeps the config that was evaluated, also when it is edited during a build", async () => {
  await withMachine(async (here) => {
    here.write("modules/part.lua", `return "old part"\n`);
    here.write("note.txt", "old note\n");
    here.setup(`
      local d = derive { name = "d", config = function(_, ctx) ctx.write(ctx.out, "built") end }
      file { path = "~/text", content = require("modules.part") }
      file { path = "~/note", template = "./note.txt" }
      file { path = "~/built", source = d.out }`);
    const entry = Deno.readTextFileSync(`${here.config}/init.lua`);
    const { snapshot } = await here.apply({
      built: () => {
        here.write("modules/part.lua", `return "new part"\n`);
        here.write("init.lua", "this is no Lua");
        here.write("syslua.lock", "this is no lock");
        Deno.removeSync(`${here.config}/note.txt`);
      },
    });
    assert.equal(here.read("text"), "old part");
    assert.equal(here.read("note"), "old note\n");
    assert.equal(snapshot?.lock, null);
    const { source } = snapshot!.config;
    assert.equal(here.readObject(source!, "init.lua"), entry);
    assert.equal(here.readObject(source!, "modules/part.lua"), `return "old part"\n`);
    assert.equal(here.readObject(source!, "note.txt"), "old note\n");
  });
});

Deno.test("a config that others may not read is kept so that they may not", async () => {
  await withMachine(async (here) => {
    here.write("part.lua", `return "x"\n`);
    here.setup(`file { path = "~/x", content = require("part") }`);
    Deno.chmodSync(`${here.config}/part.lua`, 0o600);
    const { snapshot } = await here.apply();
    const object = `${here.machine.store.dir}/obj/${snapshot!.config.source}`;
    assert.equal(Deno.lstatSync(`${object}/part.lua`).mode! & 0o077, 0);
  });
});

Deno.test("a target that is written out below the home makes the home a fact", async () => {
  await withMachine(async (here) => {
    const facts = async (target: string) => {
      here.setup(`file { path = "${target}", content = "x" }`);
      const { manifest, recipes } = await evaluateConfig(here.machine, here.evaluation);
      recipes.close();
      assert.doesNotMatch(JSON.stringify(manifest.activations), new RegExp(here.home));
      return manifest.reads.filter(({ fact }) => !fact.startsWith("file:"));
    };
    assert.deepEqual(await facts(`${here.home}/x`), [{ fact: "home", value: here.home }]);
    assert.deepEqual(await facts("~/x"), []);
    assert.deepEqual(await facts("/srv/x"), []);
  });
});

Deno.test("the session is closed when all is built: activating needs data alone", async () => {
  await withMachine(async (here) => {
    here.setup(`
      local d = derive { name = "d", config = function(_, ctx) ctx.write(ctx.out, "built") end }
      file { path = "~/built", source = d.out }`);
    here.writeHome("built", "mine");
    const asked: string[] = [];
    const { snapshot } = await here.apply({
      decide: async ({ plan }, { manifest, recipes }) => {
        const recipe = recipes.open(manifest.derivations[0].hash);
        asked.push(
          await Promise.resolve(recipe.start(FACTS)).then(({ kind }) => kind, () => "closed"),
        );
        return plan.unmanaged.length > 0 ? { replace: "all", skip: new Set() } : UNDECIDED;
      },
    });
    assert.ok(snapshot);
    // What is in the way of a build is asked about when it is built.
    assert.deepEqual(asked, ["call", "closed"]);
  });
});
