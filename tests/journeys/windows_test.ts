/** Whole commands in the worlds of Windows: a config with a package is applied, changed, gone back from, collected. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { dirname } from "node:path/posix";
import { apply } from "../../src/journeys/apply.ts";
import { collect } from "../../src/journeys/collect.ts";
import { holding } from "../../src/machine/lock.ts";
import { type Machine, openMachine } from "../../src/machine/open.ts";
import type { ObjectName } from "../../src/store/names.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { makeFolders } from "../../src/system/folders.ts";
import type { ReadFs } from "../../src/system/mod.ts";
import { type World, WORLDS, type WorldSystem } from "../support/worlds/world.ts";
import { REPLACE_ALL } from "./memory_machine.ts";
import { EVALUATION } from "./evaluation.ts";

const { signal } = new AbortController();

const EVERYTHING = { dryRun: false, keep: null, olderThan: null, maxBytes: null, all: true };

/** A machine of a world; each command is a process of its own. */
class WorldMachine {
  readonly #world: World;
  readonly #first: WorldSystem;
  readonly config: string;

  constructor(world: World) {
    this.#world = world;
    this.#first = world.system();
    this.config = `${world.home}/dotfiles`;
  }

  /** What a new process sees. */
  open(): Machine {
    return openMachine(this.#world.system({ disk: this.#first.disk }), "0.0.0");
  }

  write(path: string, text: string) {
    const { fs } = this.#first;
    makeFolders(fs, dirname(path));
    if (fs.lstat(path) !== null) fs.remove(path);
    const file = fs.create(path, 0o644);
    file.write(Buffer.from(text));
    file.close();
  }

  async apply(body: string) {
    this.write(`${this.config}/init.lua`, `return { setup = function()\n${body}\nend }\n`);
    return await this.held((machine) =>
      apply(machine, {
        path: this.config,
        ...EVALUATION,
        decide: REPLACE_ALL,
        build: () => ({ jobs: 1, sandbox: "off", observer: () => {}, signal }),
        description: "apply",
      })
    );
  }

  async held<T>(body: (machine: Machine) => Promise<T> | T): Promise<T> {
    const how = { command: "test", wait: true, signal, onWait: () => {}, onRecovery: () => {} };
    const machine = this.open();
    return await holding(machine, { mode: "exclusive", ...how }, () => body(machine));
  }
}

function textOf(fs: ReadFs, path: string): string {
  return Buffer.from(fs.readFile(path)).toString();
}

/** A package with programs of these names. */
const pack = (...programs: string[]) =>
  `local tools = derive { name = "tools", config = function(_, ctx)
    ${programs.map((name) => `ctx.write(ctx.out .. "/bin/${name}", "MZ")`).join("\n")}
  end }
  activate { config = function(_, ctx) ctx.add_to_path(tools.out .. "/bin") end }`;

/** A recipe that asserts what it is told, and makes files that name paths. */
const RECIPE = `
local lib = derive { name = "lib", config = function(_, ctx) ctx.write(ctx.out .. "/lib.txt", "lib") end }
local tool = derive { name = "tool", opts = { lib = lib }, config = function(opts, ctx)
  assert(ctx.out:match("^C:/Users/"), ctx.out)
  assert(ctx.tmp:match("^C:/Users/"), ctx.tmp)
  assert(opts.lib.out:match("^C:/Users/.*/store/obj/lib%-"), opts.lib.out)
  ctx.write("in/a.txt", "a")
  ctx.write(ctx.tmp .. "/in/sub/b.txt", "b")
  assert(table.concat(ctx.glob("in/**/*.txt"), " ") == "in/a.txt in/sub/b.txt")
  assert(ctx.glob(ctx.tmp .. "/in/*.txt")[1] == ctx.tmp .. "/in/a.txt")
  assert(ctx.glob(((ctx.tmp .. "/in/*.txt"):gsub("/", "\\\\")))[1] == ctx.tmp .. "/in/a.txt")
  assert(not pcall(ctx.copy, "in", "in/sub/inner"))
  assert(not pcall(ctx.read, "C:/Users/other/file"))
  ctx.copy("in", ctx.out .. "/share")
  ctx.substitute(ctx.out .. "/share/a.txt", { a = "A" })
  ctx.write(ctx.out .. "/names", ctx.out .. "\\n" .. opts.lib.out .. "\\n")
  ctx.write(ctx.out .. "/windows", (ctx.out:gsub("/", "\\\\")))
  ctx.write(ctx.out .. "/bin/tool.exe", "MZ", { executable = true })
end }
activate { config = function(_, ctx) ctx.add_to_path(tool.out .. "/bin") end }`;

for (const world of WORLDS.filter(({ os }) => os === "windows")) {
  Deno.test(`${world.name}: a package is built, put on PATH, kept by gc, replaced and removed`, async () => {
    const t = new WorldMachine(world);
    await t.apply(pack("rg.exe", "fd.exe"));
    const { root, system: { fs } } = t.open();
    const bin = `${root}/profile/bin`;
    assert.deepEqual(fs.readDir(bin), ["fd", "fd.cmd", "rg", "rg.cmd"]);
    const [, called] = /"(.*)" %\*/.exec(textOf(fs, `${bin}/rg.cmd`))!;
    const program = `/c${called.slice(2).replaceAll("\\", "/")}`;
    assert.equal(textOf(fs, program), "MZ");
    assert.equal(t.open().system.fs.lstat(program)?.mode, 0o444);
    // The shims alone name what they call.
    await t.held((machine) => collect(machine, EVERYTHING));
    assert.equal(textOf(fs, program), "MZ");
    const machine = t.open();
    assert.deepEqual(await verifyObjects(machine.system, root), []);
    await t.apply(pack("rg.exe"));
    assert.deepEqual(t.open().system.fs.readDir(bin), ["rg", "rg.cmd"]);
    await t.apply("");
    assert.equal(fs.lstat(`${root}/profile`), null);
  });

  Deno.test(`${world.name}: a recipe is told paths as Windows takes them, and its output keeps what it names`, async () => {
    const t = new WorldMachine(world);
    await t.apply(RECIPE);
    await t.held((machine) => collect(machine, EVERYTHING));
    const { root, system, store } = t.open();
    const { fs } = system;
    const named = (stem: string) => {
      const [object] = fs.readDir(`${store.dir}/obj`).filter((name) => name.startsWith(`${stem}-`));
      return store.pathOf(object as ObjectName);
    };
    const out = named("tool"), native = `C:${out.slice(2)}`;
    assert.equal(textOf(fs, `${out}/names`), `${native}\nC:${named("lib").slice(2)}\n`);
    assert.equal(textOf(fs, `${out}/windows`), native.replaceAll("/", "\\"));
    assert.equal(textOf(fs, `${out}/share/a.txt`), "A");
    assert.equal(fs.lstat(`${out}/bin/tool.exe`)?.mode, 0o555);
    assert.deepEqual(await verifyObjects(system, root), []);
  });
}
