/** A config is not run again while all that its run looked at is as it was; and what is said then is what a run says. */
import assert from "node:assert/strict";
import { evaluateConfig, type Evaluated } from "../../src/journeys/evaluate.ts";
import { Noting } from "../../src/recall/notes.ts";
import { notingHost } from "../../src/recall/noting.ts";
import { notingFs } from "../../src/recall/noting_fs.ts";
import type { Look } from "../../src/recall/record.ts";
import type { FileSystem, System } from "../../src/system/mod.ts";
import { type TestMachine, withMachine } from "./support.ts";

/** How an evaluation differs from the usual one. */
interface How {
  readonly program?: string;
  readonly seconds?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly hostname?: string;
  /** Milliseconds by which the clock is ahead: what was written before was not written just now. */
  readonly later?: number;
}

/** The same files in a world in which a millisecond is a second: two changes of one file are not at the same time. The
 * runtime tells milliseconds of `mtime` only. */
function slowly(fs: FileSystem): FileSystem {
  return new Proxy(fs, {
    get(target, name) {
      if (name === "lstat") {
        return (path: string) => {
          const info = target.lstat(path);
          return info && { ...info, ctime: Deno.lstatSync(path).mtime!.getTime() };
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Evaluates; says whether the config was run: only then the time is looked at. */
async function evaluated(
  t: TestMachine,
  { program = "this one", seconds = 20, env = {}, hostname, later = 1000 }: How = {},
): Promise<{ evaluated: Evaluated; ran: boolean; looks: readonly Look[] | null }> {
  const { system } = t.machine;
  let ran = false;
  const host = new Proxy(system.host, {
    get(target, name) {
      if (name === "env") return (variable: string) => env[variable] ?? target.env(variable);
      if (name === "hostname" && hostname !== undefined) return hostname;
      return Reflect.get(target, name);
    },
  });
  const clock = {
    now: () => new Date((Date.now() + later) * 1000),
    monotonic: () => (ran = true, system.clock.monotonic()),
    sleep: system.clock.sleep.bind(system.clock),
  };
  const fs = slowly(system.fs);
  const world: System = { ...system, fs, host, clock };
  const machine = { ...t.machine, system: world, locks: { ...system, fs, clock } };
  const request = { ...t.evaluation, program, limits: { seconds, mebibytes: 256 } };
  const noting = new Noting(world);
  const noted = { ...world, fs: notingFs(fs, noting), host: notingHost(host, noting) };
  const evaluated = await evaluateConfig(machine, request, noted);
  evaluated.keep();
  return { evaluated, ran, looks: noting.looks() };
}

function recordsOf(t: TestMachine): string[] {
  const folder = `${t.machine.root}/recall`;
  return Array.from(Deno.readDirSync(folder), ({ name }) => `${folder}/${name}`);
}

/** What an evaluation says. */
function said({ manifest, files, messages, lock, inputs, dir }: Evaluated) {
  return { manifest, files, messages, lock, inputs: [...inputs], dir };
}

/** Evaluates with and without what is remembered, and says whether the config was run; both say the same. */
async function compared(t: TestMachine, how: How = {}): Promise<boolean> {
  const first = await evaluated(t, how);
  const fresh = await evaluated(t, { ...how, program: `nobody's ${Math.random()}` });
  first.evaluated.recipes.close();
  fresh.evaluated.recipes.close();
  assert.ok(fresh.ran);
  assert.deepEqual(said(first.evaluated), said(fresh.evaluated));
  return first.ran;
}

const CONFIG = `
local lib = require("syslua.lib")
return { inputs = { more = "path:./more" }, setup = function(inputs)
  print(require("modules.one"), syslua.getenv("EDITOR", "ed"), syslua.hostname)
  file { path = "~/a", source = "./files/a" }
  file { path = "~/b", source = "./files/b", mode = "0600" }
  file { path = "~/c", template = "./c", vars = { x = "y" } }
  file { path = "~/d", source = "./folder", recursive = true }
  file { path = "~/e", source = "./folder" }
  file { path = "~/f", content = syslua.source("./shown") }
  file { path = "~/g", source = "./link" }
  activate { config = function(_, ctx) ctx.copy("./files/h", "~/h") end }
  env { MORE = require("inputs.more") }
end }
`;

async function withConfig(body: (t: TestMachine) => Promise<void>): Promise<void> {
  await withMachine(async (t) => {
    Deno.mkdirSync(t.machine.root, { recursive: true });
    t.write("init.lua", CONFIG);
    t.write("modules/one/init.lua", 'return "one"');
    t.write("more/init.lua", 'return "more"');
    for (const path of ["files/a", "files/b", "files/h", "c", "folder/1", "folder/2", "shown"]) {
      t.write(path, `content of ${path}`);
    }
    t.write("elsewhere", "elsewhere");
    Deno.symlinkSync("files/a", `${t.config}/link`);
    await body(t);
  });
}

Deno.test("a config that is as it was is not run again", () =>
  withConfig(async (t) => {
    assert.equal(await compared(t), true);
    assert.equal(await compared(t), false);
    assert.equal(await compared(t), false);
  }));

Deno.test("whoever notes what is looked at is told the same where the config is not run", () =>
  withConfig(async (t) => {
    const first = await evaluated(t);
    const second = await evaluated(t);
    assert.deepEqual([first.ran, second.ran], [true, false]);
    const told = new Set(
      second.looks!.map(({ kind, name, answer }) => `${kind} ${name} ${answer}`),
    );
    for (const { kind, name, answer } of first.looks!) {
      // Where a path leads is told by what lies on the way, too; of a file it is the same what lies there and what is in
      // it; what spares looks tells nothing.
      if (kind === "real" || kind === "if") continue;
      const kinds = kind === "in" && !answer.startsWith("dir ") ? ["in", "is"] : [kind];
      assert.ok(kinds.some((one) => told.has(`${one} ${name} ${answer}`)), `${kind} ${name}`);
    }
  }));

/** Changes after which a config is run again. */
const CHANGES: Record<string, (t: TestMachine) => How | void> = {
  "the entry file": (t) => t.write("init.lua", CONFIG.replace('"~/a"', '"~/z"')),
  "a module": (t) => t.write("modules/one/init.lua", 'return "two"'),
  "a module that comes before it": (t) => t.write("modules/one.lua", 'return "two"'),
  "a template": (t) => t.write("c", "{{x}}"),
  "a source whose hash was seen": (t) => t.write("shown", "other"),
  "a file in a folder": (t) => t.write("folder/1", "other"),
  "a new file in a folder": (t) => t.write("folder/3", "third"),
  "a link": (t) => {
    Deno.removeSync(`${t.config}/link`);
    Deno.symlinkSync("elsewhere", `${t.config}/link`);
  },
  "a source that is a folder now": (t) => {
    Deno.removeSync(`${t.config}/files/a`);
    Deno.mkdirSync(`${t.config}/files/a`);
  },
  "a source's folder that is a link now": (t) => {
    Deno.renameSync(`${t.config}/files`, `${t.config}/others`);
    Deno.symlinkSync("others", `${t.config}/files`);
  },
  "two sources that are equal now": (t) => t.write("files/h", "content of files/b"),
  "an input": (t) => t.write("more/init.lua", 'return "less"'),
  "a file in an input that it does not name": (t) => t.write("more/other.lua", ""),
  "a variable": () => ({ env: { EDITOR: "vi" } }),
  "a fact": () => ({ hostname: "other" }),
  "the time that it may take": () => ({ seconds: 21 }),
  "the program": () => ({ program: "another one" }),
};

for (const [name, change] of Object.entries(CHANGES)) {
  Deno.test(`a config is run again after a change of ${name}`, () =>
    withConfig(async (t) => {
      await compared(t);
      assert.equal(await compared(t), false);
      const how = change(t) ?? {};
      assert.equal(await compared(t, how), true);
    }));
}

Deno.test("other content of a file that is only put somewhere needs no run", () =>
  withConfig(async (t) => {
    await compared(t);
    for (const content of ["other", "and another", ""]) {
      t.write("files/b", content);
      assert.equal(await compared(t), false);
      Deno.chmodSync(`${t.config}/files/h`, content === "" ? 0o644 : 0o755);
      Deno.utimeSync(`${t.config}/files/h`, new Date(), new Date());
      assert.equal(await compared(t), false);
    }
    assert.equal(await compared(t), false);
  }));

Deno.test("a file that changes twice in a moment is not taken for what it was in between", () =>
  withConfig(async (t) => {
    await compared(t);
    for (const content of ["aaaa", "bbbb", "cccc"]) {
      t.write("files/b", content);
      const { evaluated: found, ran } = await evaluated(t, { later: -1000 });
      assert.equal(ran, false);
      const { mtime } = Deno.statSync(`${t.config}/files/b`);
      t.write("files/b", content.toUpperCase());
      Deno.utimeSync(`${t.config}/files/b`, mtime!, mtime!);
      assert.equal(await compared(t, { later: -1000 }), false);
      found.recipes.close();
    }
  }));

Deno.test("what has changed is remembered as it is now", () =>
  withConfig(async (t) => {
    await evaluated(t);
    t.write("files/b", "other");
    const { evaluated: found } = await evaluated(t);
    const { id } = found.manifest.sources.find(({ path }) => path === "files/b")!;
    assert.ok(recordsOf(t).some((record) => Deno.readTextFileSync(record).includes(id)));
  }));

Deno.test("a config that was exchanged as nobody can is run again", () =>
  withConfig(async (t) => {
    await compared(t);
    const { mtime } = Deno.statSync(`${t.config}/init.lua`);
    t.write("init.lua", CONFIG.replace('"~/a"', '"~/z"'));
    Deno.utimeSync(`${t.config}/init.lua`, mtime!, mtime!);
    assert.equal(await compared(t), true);
  }));

Deno.test("a config that was written a moment ago is not remembered", () =>
  withConfig(async (t) => {
    assert.equal(await compared(t, { later: -1000 }), true);
    assert.equal(await compared(t, { later: -1000 }), true);
  }));

Deno.test("a hash that a config names itself is not exchanged", () =>
  withMachine(async (t) => {
    Deno.mkdirSync(t.machine.root, { recursive: true });
    t.write("a", "a");
    t.setup('file { path = "~/a", source = "./a" }');
    const { evaluated: found } = await evaluated(t);
    const [{ id }] = found.manifest.sources;
    const named = `file { path = "~/b", content = "${id}" }`;
    t.setup(`file { path = "~/a", source = "./a" }\n${named}`);
    await compared(t);
    assert.equal(await compared(t), false);
    t.write("a", "b");
    assert.equal(await compared(t), true);
  }));

Deno.test("a hash that a config names before a file has it is not exchanged", () =>
  withMachine(async (t) => {
    Deno.mkdirSync(t.machine.root, { recursive: true });
    t.write("a", "a");
    t.setup('file { path = "~/a", source = "./a" }');
    const { evaluated: found } = await evaluated(t);
    const [{ id }] = found.manifest.sources;
    t.setup(`file { path = "~/a", source = "./a" }\nfile { path = "~/b", content = "is ${id}" }`);
    for (const content of ["b", "a", "c", "d"]) {
      t.write("a", content);
      await compared(t);
    }
    assert.equal(await compared(t), false);
  }));

/** Asks for a file, and puts it nowhere. */
const DROPPED = `pcall(activate, { config = function(_, ctx)
  ctx.copy("./a", "~/x")
  error("no")
end })`;

Deno.test("a file that a config asks for and puts nowhere is not taken for another", () =>
  withMachine(async (t) => {
    Deno.mkdirSync(t.machine.root, { recursive: true });
    t.write("a", "same");
    t.write("b", "same");
    t.setup(`${DROPPED}\nfile { path = "~/b", source = "./b" }`);
    await compared(t);
    t.write("a", "other");
    await compared(t);
    const { evaluated: found } = await evaluated(t);
    const { id } = found.manifest.sources.find(({ path }) => path === "b")!;
    const named = `file { path = "~/c", content = "is ${id}" }`;
    t.setup(`${DROPPED}\nfile { path = "~/a", source = "./a" }\n${named}`);
    for (const content of ["same", "third"]) {
      t.write("a", content);
      await compared(t);
      await compared(t);
    }
  }));

Deno.test("two files that have the same content from now on are one source", () =>
  withMachine(async (t) => {
    Deno.mkdirSync(t.machine.root, { recursive: true });
    t.write("a", "a");
    t.write("b", "b");
    t.setup('file { path = "~/a", source = "./a" }\nfile { path = "~/b", source = "./b" }');
    await compared(t);
    t.write("a", "same");
    t.write("b", "same");
    await compared(t);
  }));

Deno.test("two files with the same content may become different", () =>
  withMachine(async (t) => {
    Deno.mkdirSync(t.machine.root, { recursive: true });
    t.write("a", "same");
    t.write("b", "same");
    t.setup('file { path = "~/a", source = "./a" }\nfile { path = "~/b", source = "./b" }');
    await compared(t);
    assert.equal(await compared(t), false);
    t.write("a", "other");
    await compared(t);
    assert.equal(await compared(t), false);
  }));

Deno.test("what is wrong with a config is told by a run, and not remembered", () =>
  withMachine(async (t) => {
    Deno.mkdirSync(t.machine.root, { recursive: true });
    t.write("a", "a");
    t.setup('file { path = "~/a", source = "./a" }');
    await compared(t);
    Deno.removeSync(`${t.config}/a`);
    await assert.rejects(evaluated(t), /there is no file or folder `a`/);
    await assert.rejects(evaluated(t), /there is no file or folder `a`/);
  }));

Deno.test("a record that is damaged, or open to others, is not believed", () =>
  withConfig(async (t) => {
    await evaluated(t);
    assert.equal((await evaluated(t)).ran, false);
    for (const record of recordsOf(t)) {
      const bytes = Deno.readFileSync(record);
      bytes[bytes.length >> 1] ^= 1;
      Deno.writeFileSync(record, bytes);
    }
    assert.equal((await evaluated(t)).ran, true);
    assert.equal((await evaluated(t)).ran, false);
    for (const record of recordsOf(t)) Deno.chmodSync(record, 0o644);
    assert.equal((await evaluated(t)).ran, true);
  }));

const BUILDS = `local tool = derive { name = "tool", config = function(_, ctx)
  ctx.write(ctx.out, "x")
end }
file { path = "~/t", source = tool.out }
file { path = "~/a", source = "./a" }`;
const FACTS = {
  outputs: { out: "/out" },
  tmp: "/tmp",
  env: {},
  cores: 1,
  jobserver: "",
  known: new Map(),
  out: "/out",
};

Deno.test("what builds is there when it is needed, also of a config that was not run", () =>
  withMachine(async (t) => {
    Deno.mkdirSync(t.machine.root, { recursive: true });
    t.write("a", "a");
    t.setup(BUILDS);
    await compared(t);
    t.write("a", "b");
    const { evaluated: found, ran } = await evaluated(t);
    assert.equal(ran, false);
    const [{ hash }] = found.manifest.derivations;
    const step = await found.recipes.open(hash).start(FACTS);
    assert.equal(step.kind, "call");
    found.recipes.close();
  }));

Deno.test("what builds is not that of another config", () =>
  withMachine(async (t) => {
    Deno.mkdirSync(t.machine.root, { recursive: true });
    t.write("a", "a");
    t.setup(BUILDS);
    await compared(t);
    const { evaluated: found, ran } = await evaluated(t);
    assert.equal(ran, false);
    const [{ hash }] = found.manifest.derivations;
    t.setup(BUILDS.replace('"x"', '"y"'));
    await assert.rejects(
      found.recipes.open(hash).start(FACTS),
      /the config is another one than a moment ago/,
    );
    found.recipes.close();
  }));
