/** What a config cannot do, however it tries. Each case is Lua that gives a text; the text is what it must be. */
import assert from "node:assert/strict";
import { SysError } from "../../src/errors.ts";
import { evaluateFile, setup, withConfig } from "./support/config.ts";

const GIVES: [string, string][] = [
  ["pcall(function() return io end)", "false\t"],
  ["rawget(_G, 'io')", "nil"],
  ["rawget(_ENV, 'debug') == debug", "true"],
  ["tostring(rawequal(_G._G, _G))", "true"],
  ["getmetatable(_G)", "false"],
  ["getmetatable('')", "false"],
  ["getmetatable(string)", "false"],
  ["pcall(setmetatable, _G, {})", "false\t"],
  ["pcall(rawset, _G, 'x', 1)", "false\t"],
  ["pcall(rawset, string, 'x', 1)", "false\t"],
  ["pcall(table.insert, string, 'x')", "false\t"],
  ["pcall(function() ('').rep = 1 end)", "false\t"],
  // Bytecode could break the machine.
  ["load('\\27Lua', 'x', 'b')", "nil\t"],
  ["pcall(load, '\\27Lua')", "true\tnil\t"],
  ["pcall(function() return string.dump end)", "false\t"],
  ["load('return io', 'x', 't', {})()", "nil"],
  ["pcall(load('return io'))", "false\t"],
  ["debug.getinfo", "!"],
  ["debug.traceback('m') ~= nil", "true"],
  ["coroutine.isyieldable()", "false"],
  // No addresses.
  ["tostring({}) .. tostring(print) .. tostring(coroutine.create(print))", "tablefunctionthread"],
  ["('%s'):format(function() end)", "function"],
  ["pcall(string.format, '%p', {})", "false\t"],
  ["select(2, pcall(error, {})) ~= nil", "true"],
  ["select(2, pcall(error, setmetatable({}, { __name = 'mine' }))) ~= nil", "true"],
  ["tostring(setmetatable({}, { __name = 'mine' }))", "mine"],
  // Errors of ours are texts for pcall.
  ["pcall(file, {})", "false\tinit.lua:2: file: `path` is missing"],
  ["xpcall(file, function(m) return type(m) end, {})", "false\tstring"],
  ["coroutine.resume(coroutine.create(function() error('x') end))", "false\tinit.lua:2: x"],
  ["pcall(coroutine.wrap(function() error('x') end))", "false\tinit.lua:2: x"],
  ["coroutine.close(coroutine.create(print))", "true"],
  // No entry goes by itself.
  ["pcall(setmetatable, {}, { __mode = 'k' })", "false\t"],
  [
    "(function() local m = {} local t = setmetatable({}, m) m.__mode = 'kv' t[1], t[{}] = {}, 1 " +
    "for i = 1, 2e5 do local _ = { {} } end local n = 0 for _ in next, t do n = n + 1 end return n end)()",
    "2",
  ],
  ["pcall(setmetatable, {}, { __gc = print })", "false\t"],
  // A percent sign is no directive.
  ["('100%%'):format()", "100%"],
  ["('100%% pure %s'):format({})", "100% pure table"],
  ["('%%p %d'):format(1)", "%p 1"],
  ["pcall(string.format, '%-5p', 1)", "false\t"],
  [
    "pcall(string.format, '%d', {})",
    "false\tbad argument #2 to 'format' (number expected, got table)",
  ],
  // What is left of the library works as usual.
  ["('a,b'):gsub(',', ';')", "a;b\t1"],
  ["table.concat({ 1, 2 }, '-')", "1-2"],
  ["table.unpack({ 1, 2 })", "1\t2"],
  ["select('#', table.unpack({}, 1, 3))", "3"],
  ["math.type(3 // 1) .. math.maxinteger", "integer9223372036854775807"],
  ["utf8.char(233) .. utf8.len('é')", "é1"],
  ["next({ 7 })", "1\t7"],
  ["os.date('%Y', 0)", "1970"],
  ["os.time { year = 1969, month = 12, day = 31, hour = 0 }", "-86400"],
  ["os.time { year = 2024, month = 14, day = 1, hour = 0 }", "1738368000"],
  ["rawlen({ 1, 2 }) + #{ 1 }", "3"],
  ["string.format('%q', 1 / 3)", "0x1.5555555555555p-2"],
  ["(function(...) local a <const> = 1; return a + select('#', ...) end)(1, 2)", "3"],
];

for (const [expression, expected] of GIVES) {
  Deno.test(`sandbox: ${expression}`, async () => {
    const source = `return { setup = function()\nprint(${expression})\nend }`;
    if (expected === "!") return await assert.rejects(withConfig(source, () => {}), SysError);
    await withConfig(source, ({ messages }) => {
      const [text] = messages;
      if (expected.endsWith("\t")) assert.ok(text.startsWith(expected), text);
      else assert.equal(text, expected);
    });
  });
}

/** Files below and above the config, and a way to reach the one above. */
Deno.test("no way leads out of the config's folder", async () => {
  const outside = Deno.makeTempDirSync({ prefix: "sys-outside-" });
  try {
    Deno.writeTextFileSync(`${outside}/secret.lua`, 'return "secret"');
    const tries = [
      'require("link.secret")',
      'dofile("link/secret.lua")',
      'loadfile("link/secret.lua")',
      'dofile("../secret.lua")',
      `dofile("${outside}/secret.lua")`,
      'syslua.source("link")',
      'syslua.source("link/secret.lua")',
      'syslua.source("a/../../x")',
      'file { path = "~/x", source = "link/secret.lua" }',
      'file { path = "~/x", template = "link/secret.lua" }',
      'file { path = "~/x", source = "link", recursive = true }',
    ];
    for (const attempt of tries) {
      const dir = Deno.makeTempDirSync({ prefix: "sys-config-" });
      try {
        Deno.symlinkSync(outside, `${dir}/link`);
        Deno.writeTextFileSync(`${dir}/init.lua`, setup(attempt));

        await assert.rejects(evaluateFile(`${dir}/init.lua`), SysError, attempt);
      } finally {
        Deno.removeSync(dir, { recursive: true });
      }
    }
  } finally {
    Deno.removeSync(outside, { recursive: true });
  }
});

Deno.test("a link inside the folder is followed", async () => {
  const dir = Deno.makeTempDirSync({ prefix: "sys-config-" });
  try {
    Deno.mkdirSync(`${dir}/real`);
    Deno.writeTextFileSync(`${dir}/real/m.lua`, 'return "inside"');
    Deno.symlinkSync("real", `${dir}/modules`);
    Deno.writeTextFileSync(`${dir}/init.lua`, setup('print(require("modules.m"))'));
    const evaluation = await evaluateFile(`${dir}/init.lua`);
    evaluation.recipes.close();
    assert.deepEqual(evaluation.messages, ["inside"]);
    assert.deepEqual(evaluation.files.map(({ path }) => path), ["init.lua", "modules/m.lua"]);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("a fact that was not asked for is not recorded", async () => {
  await withConfig(setup(""), ({ manifest }) => {
    assert.deepEqual(manifest.reads.map(({ fact }) => fact), ["file:init.lua"]);
  });
});

Deno.test("every character of a text comes through", async () => {
  const codes = Array.from({ length: 128 }, (_, code) => code);
  const inLua = `${codes.map((code) => `\\${String(code).padStart(3, "0")}`).join("")}é→𝄞`;
  const all = `${String.fromCharCode(...codes)}é→𝄞`;
  const plain = "abc ~!#[]^_ xyz";
  const body = `file { path = "~/plain", content = "${plain}" }
    file { path = "~/all", content = "${inLua}" }
    file { path = "~/long", content = ("${inLua}"):rep(100) }`;
  await withConfig(setup(body), ({ manifest }) => {
    const found = manifest.activations.flatMap(({ actions }) => actions).map((action) => {
      assert.ok(action.kind === "link" && "text" in action.source);
      return [action.target, action.source.text];
    });
    assert.deepEqual(Object.fromEntries(found), {
      "~/plain": plain,
      "~/all": all,
      "~/long": all.repeat(100),
    });
  });
});
