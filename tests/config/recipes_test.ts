/** Drives `config` functions as the build does: one operation at a time. */
import assert from "node:assert/strict";
import type { Derivation } from "../../src/manifest/types.ts";
import { SysError } from "../../src/errors.ts";
import type { RecipeStep, Reply } from "../../src/realize/recipe.ts";
import type { Operation } from "../../src/realize/operation.ts";
import { OPERATIONS } from "../../src/realize/ops.generated.ts";
import { setup, withConfig } from "./support/config.ts";
import { tickingClock } from "./support/world.ts";
import { FACTS } from "./support/facts.ts";

Deno.test("recipes: what is used comes in the order in which it is declared", () => {
  const names = Array.from({ length: 12 }, (_, n) => `t${n}`);
  const declared = names.map((name) =>
    `${name} = derive { name = "${name}", config = function() end }`
  );
  const list = names.toReversed().map((name) => `${name}.out`).join(", ");
  return withConfig(
    setup(
      `${declared.map((one) => `local ${one}`).join("\n")}
      derive { name = "x", opts = { first = { t3 }, tools = { ${list} } }, config = function() return t0 end }`,
    ),
    ({ manifest }) => {
      const nameOf = new Map(manifest.derivations.map(({ hash, name }) => [hash, name]));
      const x = manifest.derivations.find(({ name }) => name === "x")!;
      assert.deepEqual(x.dependencies.map((hash) => nameOf.get(hash)), [
        "t3",
        ...names.toReversed().filter((name) => name !== "t3"),
      ]);
      return Promise.resolve();
    },
  );
});

Deno.test("recipes: of derivations that share a `config`, the one that failed is named, and who declared it", () =>
  withConfig(
    setup(
      `local first = make("first")
      local second = make("second")
      local third = derive { name = "third", config = function() end }`,
      `local function config(_, ctx) ctx.run("false") end
      local function make(name)
        return derive { name = name, config = config }
      end`,
    ),
    async ({ manifest, recipes }) => {
      const byName = new Map(manifest.derivations.map((one) => [one.name, one]));
      for (const name of ["first", "second"]) {
        const recipe = recipes.open(byName.get(name)!.hash);
        await recipe.start(FACTS);
        const step = await recipe.resume({ ok: false, message: "it failed" });
        assert.equal(step.kind, "failed");
        assert.equal(
          (step as Extract<RecipeStep, { kind: "failed" }>).error.place?.within,
          `config of ${name}`,
        );
      }
      const lines = ({ place, callers = [] }: Derivation) =>
        [place, ...callers].map(({ file, line }) => `${file}:${line}`);
      const [first, second] = ["first", "second"].map((name) => lines(byName.get(name)!));
      assert.equal(first[0], second[0]);
      assert.equal(Number(second[1].split(":")[1]), Number(first[1].split(":")[1]) + 1);
      assert.equal(byName.get("third")!.callers, undefined);
    },
  ));

Deno.test("recipes: a path with a letter right behind it is used, too", () =>
  withConfig(
    setup(`local dep = derive { name = "dep", config = function() end }
      derive { name = "x", opts = { path = dep.out .. "x" }, config = function(opts, ctx) ctx.log(opts.path) end }`),
    async ({ manifest, recipes }) => {
      const [dep, x] = manifest.derivations;
      assert.deepEqual(x.dependencies, [dep.hash]);
      const placeholder = (x.opts as { path: string }).path.slice(0, -1);
      const known = new Map([[placeholder, "/store/dep"]]);
      const step = await recipes.open(x.hash).start({ ...FACTS, known });
      assert.equal((step as Extract<RecipeStep, { kind: "call" }>).args.text, "/store/depx");
    },
  ));

Deno.test("recipes: ctx.env holds the fixed set, and what it is changed to", async () => {
  const env = { PATH: "/tools", HOME: "/h" };
  await withConfig(
    setup(`derive { name = "x", config = function(_, ctx)
      ctx.env.PATH = "/mine:" .. ctx.env.PATH
      ctx.env.HOME = nil
      ctx.run("true", { env = { A = tostring(ctx.cores) .. ctx.jobserver } })
    end }`),
    async ({ manifest, recipes }) => {
      const recipe = recipes.open(manifest.derivations[0].hash);
      const step = await recipe.start({ ...FACTS, env });
      const { args } = step as Extract<RecipeStep, { kind: "call" }>;
      assert.deepEqual(args.environment, { PATH: "/mine:/tools" });
      assert.deepEqual(args.env, { A: "2-j2" });
    },
  );
});

type Args = Extract<RecipeStep, { kind: "call" }>["args"];

/** What a call gave, as it was written: arguments, then options and `ctx.env` where there are any. */
function written(op: string, args: Args): [string, ...unknown[]] {
  const operation = (OPERATIONS as Record<string, Operation>)[op];
  const positional = Object.keys(operation.args).map((name) => args[name]);
  const options = Object.entries(operation.options).map(([name, field]) => [
    name,
    JSON.stringify(args[name]) === JSON.stringify(field.default ?? null) ? null : args[name],
  ]);
  const given = Object.fromEntries(options.filter(([, value]) => value !== null));
  const tables = [given, args.environment ?? {}].filter((one) => JSON.stringify(one) !== "{}");
  return [op, ...positional.filter((one) => one !== null), ...tables];
}

/** Runs a config function to its end. `reply` answers each operation. */
function run(
  body: string,
  reply: (op: string, args: Args) => Reply = () => ({ ok: true, value: null }),
): Promise<{ calls: [string, ...unknown[]][]; last: RecipeStep }> {
  const source = setup(`derive { name = "x", config = function(opts, ctx)\n${body}\nend }`);
  return withConfig(source, async ({ manifest, recipes }) => {
    const recipe = recipes.open(manifest.derivations[0].hash);
    const calls: [string, ...unknown[]][] = [];
    let turn = await recipe.start(FACTS);
    for (let count = 0; turn.kind === "call" && count < 100; count++) {
      calls.push(written(turn.op, turn.args));
      turn = await recipe.resume(reply(turn.op, turn.args));
    }
    return { calls, last: turn };
  });
}

const ok = (value: Extract<Reply, { ok: true }>["value"]): Reply => ({ ok: true, value });

Deno.test("every operation crosses with its arguments", async () => {
  const { calls, last } = await run(`
    ctx.fetch_url("https://a", "h")
    ctx.fetch_url({ "https://a", "https://b" }, "h", { name = "n", executable = true })
    ctx.fetch_git("u", "rev")
    ctx.fetch_git("u", "rev", "h", { submodules = true })
    ctx.fetch_npm("n", "1", "i")
    ctx.unpack("a")
    ctx.unpack("a", ctx.out, { strip = 1 })
    ctx.copy("a", "b") ctx.move("a", "b") ctx.mkdir("d")
    ctx.write("f", "text") ctx.write("f", "text", { executable = true })
    ctx.chmod("f", "0755") ctx.chmod("f", 420)
    ctx.symlink("to", "at") ctx.remove("f") ctx.read("f") ctx.exists("f") ctx.list("d") ctx.glob("*")
    ctx.substitute("f", { a = "b" })
    ctx.env.CC = "gcc"
    ctx.run("make") ctx.run({ "make", 2 }, { cwd = "d", env = { A = "b" }, timeout = 5 })
    ctx.log("text")`);
  assert.deepEqual(calls, [
    ["fetch_url", "https://a", "h"],
    ["fetch_url", ["https://a", "https://b"], "h", { executable: true, name: "n" }],
    ["fetch_git", "u", "rev"],
    ["fetch_git", "u", "rev", "h", { submodules: true }],
    ["fetch_npm", "n", "1", "i"],
    ["unpack", "a"],
    ["unpack", "a", "/out", { strip: 1 }],
    ["copy", "a", "b"],
    ["move", "a", "b"],
    ["mkdir", "d"],
    ["write", "f", "text"],
    ["write", "f", "text", { executable: true }],
    ["chmod", "f", 0o755],
    ["chmod", "f", 420],
    ["symlink", "to", "at"],
    ["remove", "f"],
    ["read", "f"],
    ["exists", "f"],
    ["list", "d"],
    ["glob", "*"],
    ["substitute", "f", { a: "b" }],
    ["run", "make", { CC: "gcc" }],
    ["run", ["make", "2"], { cwd: "d", env: { A: "b" }, timeout: 5 }, { CC: "gcc" }],
    ["log", "text"],
  ]);
  assert.deepEqual(last, { kind: "done" });
});

Deno.test("results come back as Lua values", async () => {
  const values: Record<string, Reply> = {
    list: ok(["b", "a"]),
    exists: ok(true),
    read: ok('line "1"\n\u0000é'),
  };
  const { calls } = await run(
    `local l = ctx.list("d")
    ctx.log(#l .. l[1] .. tostring(ctx.exists("x")) .. ctx.read("f") .. tostring(ctx.mkdir("d")))`,
    (op) => values[op] ?? ok(null),
  );
  assert.deepEqual(calls.at(-1), ["log", '2btrueline "1"\n\u0000énil']);
});

Deno.test("pcall catches an operation that fails, with the line of the call", async () => {
  const { calls, last } = await run(
    `local fine, message = pcall(ctx.read, "f")
    ctx.log(tostring(fine) .. " " .. message)
    local caught = select(2, pcall(function() ctx.read("f") end))
    ctx.log(caught)`,
    (op) => op === "read" ? { ok: false, message: "Cannot read f: nothing is there" } : ok(null),
  );
  assert.equal(calls[1][1], "false init.lua:4: Cannot read f: nothing is there");
  assert.equal(calls[3][1], "init.lua:6: Cannot read f: nothing is there");
  assert.equal(last.kind, "done");
});

Deno.test("an operation that fails ends the run, with place, hint and traceback", async () => {
  const { last } = await run(
    `local function helper() ctx.read("f") end
    helper()`,
    () => ({ ok: false, message: "Cannot read f: nothing is there", hint: "look" }),
  );
  assert.equal(last.kind, "failed");
  const { error } = last as Extract<RecipeStep, { kind: "failed" }>;
  assert.equal(error.message, "Cannot read f: nothing is there");
  assert.equal(error.hint, "look");
  assert.equal(error.place?.line, 4);
  assert.deepEqual(error.notes, ["called at init.lua:5 in config of x"]);
});

Deno.test("coroutines of the user's may ask for operations", async () => {
  const { calls, last } = await run(
    `local function producer()
      for _, name in ipairs(ctx.list("d")) do coroutine.yield(ctx.read(name)) end
    end
    for text in coroutine.wrap(producer) do ctx.log(text) end
    local co = coroutine.create(function() return pcall(function() return ctx.read("z") end) end)
    local _, fine, text = coroutine.resume(co)
    ctx.log(tostring(fine) .. text)`,
    (op, args) => op === "list" ? ok(["a", "b"]) : ok(op === "read" ? `<${args.path}>` : null),
  );
  assert.deepEqual(calls.map((call) => call.join(" ")), [
    "list d",
    "read a",
    "log <a>",
    "read b",
    "log <b>",
    "read z",
    "log true<z>",
  ]);
  assert.equal(last.kind, "done");
});

Deno.test("paths stand in for placeholders: in opts, and for derivations that are captured", async () => {
  const top =
    `local dep = derive { name = "dep", outputs = { "out", "dev" }, config = function() end }
    local joined = dep.out .. "/bin"`;
  await withConfig(
    setup(
      `derive { name = "x", opts = { bin = dep.out .. "/bin", dep = dep }, config = function(opts, ctx)
        ctx.log(opts.bin .. " " .. opts.dep.out .. " " .. dep.outputs.dev)
        ctx.log(joined)
      end }`,
      top,
    ),
    async ({ manifest, recipes }) => {
      const opts = manifest.derivations.find(({ name }) => name === "x")!.opts as { bin: string };
      const placeholder = opts.bin.replace("/bin", "");
      const dep = manifest.derivations[0];
      assert.equal(dep.name, "dep");
      const hash = manifest.derivations[1].hash;
      assert.deepEqual(manifest.derivations[1].dependencies, [dep.hash]);
      const recipe = recipes.open(hash);
      const turn = await recipe.start({ ...FACTS, known: new Map([[placeholder, "/store/dep"]]) });
      const { text } = (turn as Extract<RecipeStep, { kind: "call" }>).args;
      assert.match(String(text), /^\/store\/dep\/bin \/store\/dep \/syslua-out-\w{32}$/);
      // A text that was joined during the evaluation keeps its placeholder: the build puts the path in.
      const next = await recipe.resume(ok(null)) as Extract<RecipeStep, { kind: "call" }>;
      assert.equal(Object.values(next.args)[0], `${placeholder}/bin`);
    },
  );
});

Deno.test("runs of several derivations proceed side by side", async () => {
  await withConfig(
    setup(`for i = 1, 3 do
      derive { name = "x" .. i, opts = { i = i }, config = function(opts, ctx)
        ctx.log("first " .. opts.i) ctx.log("second " .. opts.i .. ctx.tmp)
      end }
    end`),
    async ({ manifest, recipes }) => {
      const runs = await Promise.all(manifest.derivations.map(async ({ hash }, index) => {
        const recipe = recipes.open(hash);
        return { recipe, turn: await recipe.start({ ...FACTS, tmp: `/tmp${index}` }) };
      }));
      const texts = runs.map(({ turn }) =>
        (turn as Extract<RecipeStep, { kind: "call" }>).args.text
      );
      assert.deepEqual([...texts].sort(), ["first 1", "first 2", "first 3"]);
      await Promise.all(runs.map(async ({ recipe }, index) => {
        const next = await recipe.resume(ok(null)) as Extract<RecipeStep, { kind: "call" }>;
        assert.match(next.args.text as string, new RegExp(`^second \\d/tmp${index}$`));
        assert.deepEqual(await recipe.resume(ok(null)), { kind: "done" });
      }));
    },
  );
});

Deno.test("recipes: what is captured twice beside tables among the options has not changed", () =>
  withConfig(
    setup(
      `derive { name = "x", opts = { list = { "a" } }, config = function(_, ctx) ctx.log(shared[1] .. first()) end }`,
      `local shared = { "s" }
      local function first() return shared[1] end`,
    ),
    async ({ manifest, recipes }) => {
      const step = await recipes.open(manifest.derivations[0].hash).start(FACTS);
      assert.equal(step.kind, "call", JSON.stringify(step));
    },
  ));

/** Body of `config` → message of the error that ends it. */
const FAILURES: [string, string, { top?: string }?][] = [
  ["return ctx.sys.hostname", "ctx.sys has no `hostname`"],
  ["return syslua.username", "`syslua.username` is read while a build runs"],
  ['return syslua.getenv("X")', "syslua.getenv: a build is running"],
  ['return syslua.source("x")', "syslua.source: a build is running"],
  ['require("modules.x")', "require: `modules.x` is asked for while a build runs"],
  ["derive { name = 'y', config = function() end }", "derive: a build is running"],
  ["file { path = '~/x', content = '' }", "file: a build is running"],
  ['ctx.fetch("x")', "ctx has no `fetch`"],
  ['ctx.add_to_path("x")', "ctx has no `add_to_path`"],
  ["ctx.write('f')", "ctx.write: `text` is missing"],
  ["ctx.write('f', {})", "ctx.write: `text` is a table where a text is expected"],
  ["ctx.run('x', { cdw = 'y' })", "ctx.run: there is no field `cdw`"],
  ["ctx.mkdir(true)", "ctx.mkdir: `path` is a boolean where a text is expected"],
  ["ctx.unpack('a', nil, { stripe = 1 })", "ctx.unpack: there is no field `stripe`"],
  [
    "ctx.unpack('a', nil, { strip = -1 })",
    "ctx.unpack: `strip` is -1 where a whole number from 0 is expected",
  ],
  ["ctx.run({})", "ctx.run: `cmd` is empty"],
  [
    "ctx.run('x', { env = { A = {} } })",
    "ctx.run: `env.A` is a table where a text is expected",
  ],
  ["ctx.run('x', 'y')", "ctx.run: the options are a table, got a string"],
  ["ctx:log('x')", "ctx.log: called with a colon"],
  ["ctx.log('a', 'b')", "ctx.log: takes 1 argument, got 2"],
  ["ctx.chmod('f', 'rwx')", "ctx.chmod: `mode` is rwx, not permissions"],
  [
    "('x'):gsub('x', function() ctx.log('y') end)",
    "ctx.log: called inside a function that cannot wait, such as one given to string.gsub",
  ],
  ["coroutine.yield(1)", 'derive "x": `config` yields'],
  ["error('own words', 0)", "own words"],
  ["local t = nil; t.x = 1", "attempt to index a nil value (local 't')"],
  ["return k", 'derive "x": what `config` captures has changed since it was declared', {
    top: "local k = 1\nlocal function change() k = 2 end",
  }],
];

for (const [body, expected, options] of FAILURES) {
  Deno.test(`config: ${body}`, async () => {
    const source = setup(
      `derive { name = "x", config = function(opts, ctx) ${body} end }
      ${options?.top ? "change()" : ""}`,
      options?.top,
    );
    await withConfig(source, async ({ manifest, recipes }) => {
      const turn = await recipes.open(manifest.derivations[0].hash).start(FACTS);
      assert.equal(turn.kind, "failed", JSON.stringify(turn));
      const { error } = turn as Extract<RecipeStep, { kind: "failed" }>;
      assert.equal(error.message, expected);
      assert.equal(error.kind, "config");
      if (!body.includes("error(")) assert.ok(error.place, "no place");
    });
  });
}

Deno.test("syslua.lib may be required inside config, TOML included", async () => {
  const { calls } = await run(
    'local lib = require("syslua.lib") ctx.write(ctx.out, lib.toTOML { a = 1 })',
  );
  assert.deepEqual(calls, [["write", "/out", "a = 1\n"]]);
});

Deno.test("a recipe runs as often as it is opened", async () => {
  await withConfig(
    setup('derive { name = "x", config = function(opts, ctx) ctx.log("a") end }'),
    async ({ manifest, recipes }) => {
      for (let time = 0; time < 3; time++) {
        const recipe = recipes.open(manifest.derivations[0].hash);
        assert.equal((await recipe.start(FACTS)).kind, "call");
        assert.equal((await recipe.resume(ok(null))).kind, "done");
      }
    },
  );
});

Deno.test("a config that loops for ever while it builds is stopped", async () => {
  await withConfig(
    setup('derive { name = "x", config = function() while true do end end }'),
    async ({ manifest, recipes }) => {
      const turn = await recipes.open(manifest.derivations[0].hash).start(FACTS);
      assert.equal(turn.kind, "failed");
      assert.match(
        (turn as Extract<RecipeStep, { kind: "failed" }>).error.message,
        /took longer than 0.2 s/,
      );
    },
    { limits: { seconds: 0.2 }, clock: tickingClock() },
  );
});

Deno.test("a build that never ends inside Lua is interrupted", async () => {
  const interrupted = new AbortController();
  const reason = new SysError("interrupted", "Interrupted");
  // Time goes on for the rest of the program.
  const clock = tickingClock(() => setTimeout(() => interrupted.abort(reason)));
  await withConfig(
    setup(`for i = 1, 2 do derive { name = "x" .. i, config = function(opts, ctx)
      if ctx.name == "x1" then (("a"):rep(200)):find(("a*"):rep(50) .. "b") end
    end } end`),
    async ({ manifest, recipes }) => {
      const [endless] = manifest.derivations.filter(({ name }) => name === "x1");
      const turn = await recipes.open(endless.hash).start(FACTS);
      const { error } = turn as Extract<RecipeStep, { kind: "failed" }>;
      assert.equal(error.kind, "interrupted");
      assert.equal(error.place?.line, 4);
    },
    { signal: interrupted.signal, clock },
  );
});
