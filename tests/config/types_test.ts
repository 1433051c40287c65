/** The type definitions for editors name exactly what is there. */
import assert from "node:assert/strict";
import { LUA_TYPES } from "../../src/lua/types.generated.ts";
import { SysError } from "../../src/errors.ts";
import { optionsClass } from "../../scripts/declarations.ts";
import type { Field, Fields } from "../../src/manifest/fields.ts";
import type { AnyKind } from "../../src/manifest/kinds.ts";
import { KINDS } from "../../src/manifest/kinds.generated.ts";
import type { Operation } from "../../src/realize/operation.ts";
import { OPERATIONS } from "../../src/realize/ops.generated.ts";
import { setup, withConfig } from "./support/config.ts";
import { FACTS } from "./support/facts.ts";

const text = LUA_TYPES.map(([, content]) => content).join("\n");
const file = (name: string) => LUA_TYPES.find(([found]) => found === name)![1];

/** Names of the functions that a file defines on a table; `""` for globals. */
function functions(content: string, table: string): string[] {
  const prefix = table === "" ? "" : `${table.replaceAll(".", "\\.")}\\.`;
  return [...content.matchAll(new RegExp(`^function ${prefix}([A-Za-z_]+)\\(`, "gm"))]
    .map(([, name]) => name).sort();
}

/** Names of the fields of a class. */
function fields(name: string): string[] {
  const start = new RegExp(`^---@class ${name.replaceAll(".", "\\.")}$`, "m").exec(text);
  assert.ok(start, `there is no class ${name}`);
  const rest = text.slice(start.index).split("\n").slice(1);
  const end = rest.findIndex((line) => !line.startsWith("---@field"));
  return rest.slice(0, end).map((line) => /^---@field (\w+)/.exec(line)![1]).sort();
}

/** Keys of a value, as `pairs` gives them in a config. */
async function keys(expression: string, top = ""): Promise<string[]> {
  return await withConfig(
    setup(`for k in pairs(${expression}) do print(k) end`, top),
    ({ messages }) => [...messages].sort(),
  );
}

const LIB = 'local lib = require("syslua.lib")';
const STANDARD = new Set([
  ..."_G _VERSION assert collectgarbage coroutine debug dofile error getmetatable ipairs load"
    .split(" "),
  ..."loadfile math next os pairs pcall print rawequal rawget rawlen rawset require select".split(
    " ",
  ),
  ..."setmetatable string table tonumber tostring type utf8 xpcall".split(" "),
]);

Deno.test("types: globals", async () => {
  const ours = (await keys("_G")).filter((name) => !STANDARD.has(name));
  assert.deepEqual(ours, [...functions(file("globals.lua"), ""), "syslua"].sort());
});

Deno.test("types: syslua", async () => {
  const typed = [...fields("syslua.Facts"), ...functions(file("globals.lua"), "syslua")].sort();
  assert.deepEqual(await keys("syslua"), typed);
});

Deno.test("types: syslua.lib", async () => {
  const typed = [...functions(file("lib.lua"), "lib"), ...fields("syslua.lib")].sort();
  // `build` is read when it is named.
  assert.deepEqual([...await keys("lib", LIB), "build"].sort(), typed);
  assert.deepEqual(await keys("lib.build", LIB), functions(file("lib.lua"), "lib.build"));
  assert.deepEqual(await keys("lib.path", LIB), functions(file("lib.lua"), "lib.path"));
  assert.deepEqual(await keys("lib.env", LIB), functions(file("lib.lua"), "lib.env"));
});

Deno.test("types: ctx of an activation", async () => {
  const found = await withConfig(
    setup(
      `activate { name = "x", config = function(_, ctx) for k in pairs(ctx) do print(k) end end }`,
    ),
    ({ messages }) => [...messages].sort(),
  );
  const content = file("activation.lua");
  const typed = [...functions(content, "ctx"), ...fields("syslua.ActivationContext")].sort();
  assert.deepEqual(found, typed);
});

Deno.test("types: ctx of a build, and its facts", async () => {
  const source = setup(`derive { name = "x", version = "1", config = function(_, ctx)
    for k in pairs(ctx) do print("ctx " .. k) end
    for k in pairs(ctx.sys) do print("sys " .. k) end
  end }`);
  await withConfig(source, async ({ manifest, recipes, messages }) => {
    await recipes.open(manifest.derivations[0].hash)
      .start(FACTS);
    const of = (what: string) =>
      messages.filter((line) => line.startsWith(what)).map((line) => line.slice(4)).sort();
    const typed = [...functions(file("build.lua"), "ctx"), ...fields("syslua.BuildContext")].sort();
    assert.deepEqual(of("ctx"), typed);
    assert.deepEqual(of("sys"), fields("syslua.BuildFacts"));
  });
});

Deno.test("types: fields of a derivation and of an input", async () => {
  const top = 'local d = derive { name = "d", version = "1", config = function() end }';
  assert.deepEqual(await keys("d", top), fields("syslua.Derivation"));
  const found = await withConfig(
    setup("for k in pairs(inputs.x) do print(k) end"),
    ({ messages }) => [...messages].sort(),
    { inputs: { x: "." } },
  );
  const optional = ["last_modified", "rev"];
  assert.deepEqual([...found, ...optional].sort(), fields("syslua.Input"));
});

/** Lua that gives a table with an unknown field; the hint lists the known ones. */
const SPECS: [string, string][] = [
  ["syslua.DeriveSpec", 'derive { name = "x", UNKNOWN = 1 }'],
  ["syslua.ActivateSpec", "activate { UNKNOWN = 1 }"],
  ["syslua.FileSpec", "file { UNKNOWN = 1 }"],
  ["syslua.BlockSpec", "user { UNKNOWN = 1 }"],
  ["syslua.SourceOptions", 'syslua.source("x", { UNKNOWN = 1 })'],
  ["syslua.PackageSpec", 'lib.package { name = "x", UNKNOWN = 1 }'],
  ["syslua.BuilderSpec", 'lib.build.make { name = "x", UNKNOWN = 1 }'],
  ["syslua.Fetched", 'lib.build.make { name = "x", src = { UNKNOWN = 1 } }'],
  ["syslua.Option", "lib.options { x = { UNKNOWN = 1 } }"],
  ["syslua.EncodeOptions", "lib.toJSON({}, { UNKNOWN = 1 })"],
  ["syslua.MergeableOptions", 'lib.env.defineMergeable("X", { UNKNOWN = 1 })'],
];

function activation(call: string) {
  return `activate { config = function(_, ctx) ${call} end }`;
}

function build(call: string) {
  return `derive { name = "x", config = function(_, ctx) ${call} end }`;
}

/** A value that an argument takes. */
function example({ type }: Field<unknown>): string {
  return { target: '"~/x"', lists: "{}", map: "{}", folder: '"/syslua-dir-x"' }[type] ?? '"x"';
}

/** Calls of every method and operation that has options, with one that there is not. */
function calls(room: "activation" | "build", name: string, args: Fields, options: Fields) {
  if (Object.keys(options).length === 0) return [];
  const given = [...Object.values(args).map(example), "{ UNKNOWN = 1 }"].join(", ");
  const call = `ctx.${name}(${given})`;
  const around = room === "build" ? build(call) : activation(call);
  return [[optionsClass(room, name), around] as [string, string]];
}

const DECLARED = [
  ...Object.values(KINDS as Record<string, AnyKind>).flatMap(({ methods, args, options }) =>
    Object.keys(methods).flatMap((name) => calls("activation", name, args, options))
  ),
  ...Object.entries(OPERATIONS as Record<string, Operation>)
    .flatMap(([name, { args, options }]) => calls("build", name, args, options)),
];

Deno.test("types: every option of a declaration has its field, with its type and its words", () => {
  const rooms: ["activation" | "build", string, Fields][] = [
    ...Object.values(KINDS as Record<string, AnyKind>).flatMap(({ methods, options }) =>
      Object.keys(methods).map((name) =>
        ["activation", name, options] as ["activation", string, Fields]
      )
    ),
    ...Object.entries(OPERATIONS as Record<string, Operation>)
      .map(([name, { options }]) => ["build", name, options] as ["build", string, Fields]),
  ];
  for (const [room, name, options] of rooms) {
    for (const [option, { lua, doc }] of Object.entries(options)) {
      const type = optionsClass(room, name);
      assert.ok(fields(type).includes(option), `${type}.${option}`);
      assert.ok(text.includes(` ${lua} ${doc}\n`), `${type}.${option}: ${doc}`);
    }
  }
});

for (const [name, call] of [...SPECS, ...DECLARED]) {
  Deno.test(`types: ${name}`, async () => {
    const failed = await failureOf(setup(call, LIB));
    const known = /^its fields are (.*)$/.exec(failed.hint ?? "");
    assert.ok(known, failed.message);
    assert.deepEqual(known[1].split(", ").sort(), fields(name));
  });
}

/** The error of the evaluation, or of the first build. */
async function failureOf(source: string): Promise<SysError> {
  try {
    return await withConfig(source, async ({ manifest, recipes }) => {
      const turn = await recipes.open(manifest.derivations[0].hash)
        .start(FACTS);
      assert.equal(turn.kind, "failed");
      return (turn as Extract<typeof turn, { kind: "failed" }>).error;
    });
  } catch (error) {
    assert.ok(error instanceof SysError);
    return error;
  }
}

Deno.test("types: every function has a description", () => {
  for (const [name, content] of LUA_TYPES) {
    const lines = content.split("\n");
    lines.forEach((line, index) => {
      if (!line.startsWith("function ")) return;
      const above = lines.slice(0, index);
      const block = above.slice(above.findLastIndex((other) => !other.startsWith("---")) + 1);
      assert.ok(block.some((other) => /^---[^@]/.test(other)), `${name}: ${line}`);
    });
  }
});

Deno.test("types: the definitions are valid Lua", async () => {
  const files = Object.fromEntries(LUA_TYPES.map(([name, content]) => [`types/${name}`, content]));
  const loads = LUA_TYPES.map(([name]) => `assert(loadfile("types/${name}"))`).join("\n");
  await withConfig({ "init.lua": setup(loads), ...files }, () => {});
});
