/** What is written as Lua is read as the same data. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Codecs } from "../../src/lua/codecs.ts";
import { toLua } from "../../src/lua/to_lua.ts";
import { createVm, type LuaVm } from "../../src/lua/vm.ts";
import { setup, withConfig } from "../config/support/config.ts";

Deno.test("data as Lua", () => {
  const check = (value: Parameters<typeof toLua>[0], expected: string) =>
    assert.equal(toLua(value), expected);
  check(null, "N");
  check(true, "true");
  check(1n, "1");
  check(1, "1.0");
  check(-0.5, "-0.5");
  check(1e300, "1e+300");
  check(2n ** 63n, "9223372036854776000.0");
  check(-(2n ** 63n), "(-9223372036854775807-1)");
  check('a"\\\n\0é', '"a\\"\\\\\\010\\000é"');
  check([], "L{}");
  check({}, "M{}");
  check(["a", [1n]], 'L{"a",L{1}}');
  check({ "a b": { c: "d" } }, '{["a b"]={["c"]="d"}}');
});

Deno.test("data that is nested too deeply is refused", () => {
  let value: unknown = 1;
  for (let depth = 0; depth < 200; depth++) value = [value];
  assert.throws(() => toLua(value as never), RangeError);
});

/** Any JSON goes to Lua and comes back. */
Deno.test("JSON survives the way through Lua", async () => {
  const texts = fc.sample(fc.json({ maxDepth: 4 }), 60);
  const calls = texts.map((text) => `print(lib.toJSON(lib.fromJSON(${luaText(text)})))`);
  await withConfig(setup(calls.join("\n"), 'local lib = require("syslua.lib")'), ({ messages }) => {
    messages.forEach((line, index) => assert.deepEqual(JSON.parse(line), JSON.parse(texts[index])));
    assert.equal(messages.length, texts.length);
  });
});

Deno.test("numbers keep their kind through every format", async () => {
  const codecs = new Codecs();
  await codecs.load("toml");
  await codecs.load("yaml");
  const json = '{"f":1.0,"i":1,"list":[1,2.5],"text":"1"}';
  for (const format of ["json", "toml", "yaml"]) {
    const lua = codecs.parse(format, codecs.encode(format, json, 2));
    assert.equal(lua, '{["f"]=1.0,["i"]=1,["list"]=L{1,2.5},["text"]="1"}', format);
  }
});

Deno.test("what is not in the format is an error that says where", async () => {
  const codecs = new Codecs();
  await codecs.load("toml");
  await codecs.load("yaml");
  for (const [format, text] of [["json", "{"], ["toml", "a = "], ["yaml", "a: [1"]]) {
    assert.throws(() => codecs.parse(format, text), /^Error: not (JSON|TOML|YAML): .*/s, format);
  }
});

Deno.test("bytes cross unchanged", async () => {
  let seen: Uint8Array = new Uint8Array();
  const vm: LuaVm = await createVm((operation, args) => {
    if (operation === "print") seen = args.bytes(0).slice();
    return null;
  }, { mebibytes: 64, seconds: 20, now: () => 0, turn: () => Promise.resolve() });
  try {
    const facts = await vm.enter("facts", '{ platform = "p", dir = "d" }');
    assert.equal(facts, "+null");
    const loaded = await vm.enter("load", "init.lua", 'print("a\\0b\\xc3\\xa9")', "input");
    assert.equal(loaded[0], "+");
    assert.deepEqual([...seen], [97, 0, 98, 0xc3, 0xa9]);
  } finally {
    vm.close();
  }
});

function luaText(text: string): string {
  return `"${
    [...new TextEncoder().encode(text)].map((byte) => `\\${String(byte).padStart(3, "0")}`).join("")
  }"`;
}
