/** What the hash of a derivation depends on, and what it does not. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Facts } from "./support/world.ts";
import { type Files, type Options, withConfig } from "./support/config.ts";

/** Hash of the derivation called `x`. */
function hashOf(files: Files | string, options: Options = {}): Promise<string> {
  return withConfig(files, ({ manifest }) => {
    const found = manifest.derivations.find(({ name }) => name === "x");
    assert.ok(found, "no derivation is called x");
    return found.hash as string;
  }, options);
}

/** A config with one derivation, made from parts. */
function config(parts: { top?: string; fields?: string; body?: string } = {}): string {
  const { top = "", fields = "", body = "ctx.write(ctx.out, opts.a)" } = parts;
  return `${top}
return { setup = function()
  derive { name = "x", ${fields} config = function(opts, ctx) ${body} end }
end }`;
}

const HELPERS = { "modules/b.lua": 'return { greet = function() return "hi" end }' };
const TWO_AWAY: Files = {
  "init.lua": config({ top: 'local a = require("modules.a")', body: "ctx.log(a.say())" }),
  "modules/a.lua":
    'local b = require("modules.b") return { say = function() return b.greet() end }',
  ...HELPERS,
};

Deno.test("golden hashes: changing one rebuilds everything that anybody has", async () => {
  const golden = async (source: string, expected: string) => {
    assert.equal(await hashOf(source), expected, source);
  };
  await golden(config(), GOLDEN.plain);
  await golden(
    config({
      top:
        'local t = { 1, 2.5, "x", true, nested = { k = "v" } }\nlocal function f(n) return t[n] end',
      fields: 'version = "2", outputs = { "out", "dev" }, opts = { 1, "a", b = { false, -0.5 } },',
      body: "return f(ctx.sys.os)",
    }),
    GOLDEN.rich,
  );
  await golden(
    config({ fields: 'sha256 = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",' }),
    GOLDEN.fixed,
  );
});

/** Written once; see `stdlib/fingerprint.lua` for the encoding. */
const GOLDEN = {
  plain: "923d164af5196319e68f5f5618e2d4a6908cb1f479ced010100379635b9afc45",
  rich: "75f31721571595f95b1414824e7bdbcecc2418418c6b380f25d8bb3a71c1b541",
  fixed: "d7f8373fadf3efc344aa844e3aad8f4da5428f3331b92cd945dc8ff0f540c7a2",
};

const SAME: [string, Files | string, Files | string][] = [
  ["a comment", config(), config({ body: "--[[ c ]] ctx.write(ctx.out, opts.a) -- d\n" })],
  ["white space", config(), config({ body: "\n\n  ctx.write(\n  ctx.out,\n opts.a)\n" })],
  ["lines above", config(), config({ top: "\n\n\nlocal unrelated = 1\n" })],
  [
    "a local above",
    config({ top: "local k = 1", body: "return k" }),
    config({
      top: "local other, more = 5, 6\nlocal k = 1",
      body: "return k",
    }),
  ],
  [
    "names of parameters",
    config(),
    config({ body: "ctx.write(ctx.out, opts.a)" })
      .replace("(opts, ctx)", "(o, c)").replace(
        "ctx.write(ctx.out, opts.a)",
        "c.write(c.out, o.a)",
      ),
  ],
  [
    "a captured local's name",
    config({ top: "local k = 1", body: "return k" }),
    config({
      top: "local renamed = 1",
      body: "return renamed",
    }),
  ],
  [
    "order of keys",
    config({ fields: "opts = { a = 1, b = 2, c = 3 }," }),
    config({
      fields: "opts = { c = 3, b = 2, a = 1 },",
    }),
  ],
  [
    "order of outputs",
    config({ fields: 'outputs = { "out", "a", "b" },' }),
    config({
      fields: 'outputs = { "b", "out", "a" },',
    }),
  ],
  [
    "opts as a function",
    config({ fields: 'opts = { os = "linux" },' }),
    config({
      fields: "opts = function(sys) return { os = sys.os } end,",
    }),
  ],
  ["meta", config(), config({ fields: 'meta = { description = "d" },' })],
  ["platforms", config(), config({ fields: 'platforms = { "x86_64-linux" },' })],
  ["switches that are off", config(), config({ fields: "strict = false, host = false," })],
  [
    "how a fixed output is made",
    config({
      fields: 'sha256 = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",',
    }),
    config({
      fields: 'sha256 = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", opts = { 1 },',
      body: "ctx.run('other')",
    }),
  ],
  ["comments two modules away", TWO_AWAY, {
    ...TWO_AWAY,
    "modules/b.lua": `-- a comment\nlocal unused\n${HELPERS["modules/b.lua"]}`,
  }],
];

for (const [what, a, b] of SAME) {
  Deno.test(`the hash does not depend on ${what}`, async () => {
    assert.equal(await hashOf(a), await hashOf(b));
  });
}

const DIFFERENT: [string, Files | string, Files | string][] = [
  ["the code", config(), config({ body: "ctx.write(ctx.out, opts.b)" })],
  ["a constant", config({ body: "return 1" }), config({ body: "return 2" })],
  ["integer or float", config({ fields: "opts = { 1 }," }), config({ fields: "opts = { 1.0 }," })],
  ["number or text", config({ fields: "opts = { 1 }," }), config({ fields: 'opts = { "1" },' })],
  ["an option", config({ fields: "opts = { a = 1 }," }), config({ fields: "opts = { a = 2 }," })],
  [
    "the name of an option",
    config({ fields: "opts = { a = 1 }," }),
    config({
      fields: "opts = { b = 1 },",
    }),
  ],
  ["the version", config({ fields: 'version = "1",' }), config({ fields: 'version = "2",' })],
  ["strict", config(), config({ fields: "strict = true," })],
  ["host", config(), config({ fields: "host = true," })],
  [
    "which switch is on",
    config({ fields: "strict = true," }),
    config({ fields: "host = true," }),
  ],
  ["the outputs", config(), config({ fields: 'outputs = { "out", "dev" },' })],
  [
    "a captured value",
    config({ top: "local k = 1", body: "return k" }),
    config({
      top: "local k = 2",
      body: "return k",
    }),
  ],
  [
    "a captured function",
    config({
      top: "local function k() return 1 end",
      body: "return k()",
    }),
    config({ top: "local function k() return 2 end", body: "return k()" }),
  ],
  [
    "which library function is captured",
    config({ top: "local f = string.upper", body: "f()" }),
    config({ top: "local f = string.lower", body: "f()" }),
  ],
  [
    "a metatable",
    config({ top: "local k = setmetatable({}, { __index = { 1 } })", body: "k()" }),
    config({ top: "local k = setmetatable({}, { __index = { 2 } })", body: "k()" }),
  ],
  [
    "a list or a map",
    config({
      top: 'local lib = require("syslua.lib") local k = lib.list {}',
      body: "return k",
    }),
    config({
      top: 'local lib = require("syslua.lib") local k = lib.map {}',
      body: "return k",
    }),
  ],
  ["a helper two modules away", TWO_AWAY, {
    ...TWO_AWAY,
    "modules/b.lua": 'return { greet = function() return "bye" end }',
  }],
  [
    "a derivation that it uses",
    config({
      top: 'local d = derive { name = "d", config = function() return 1 end }',
      body: "return d.out",
    }),
    config({
      top: 'local d = derive { name = "d", config = function() return 2 end }',
      body: "return d.out",
    }),
  ],
  [
    "which output it uses",
    config({
      top: 'local d = derive { name = "d", outputs = { "out", "dev" }, config = function() end }',
      fields: "opts = function() return { d.out } end,",
    }),
    config({
      top: 'local d = derive { name = "d", outputs = { "out", "dev" }, config = function() end }',
      fields: "opts = function() return { d.outputs.dev } end,",
    }),
  ],
  ["a source's content", {
    "init.lua": config({ top: 'local s = syslua.source("./s")', fields: "opts = { s = s }," }),
    s: "1",
  }, {
    "init.lua": config({ top: 'local s = syslua.source("./s")', fields: "opts = { s = s }," }),
    s: "2",
  }],
  ["that an output is fixed", config(), config({ fields: 'sha256 = "",' })],
  [
    "which content is fixed",
    config({
      fields: 'sha256 = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",',
    }),
    config({ fields: 'sha256 = "sha256-AAAAv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",' }),
  ],
];

for (const [what, a, b] of DIFFERENT) {
  Deno.test(`the hash depends on ${what}`, async () => {
    assert.notEqual(await hashOf(a), await hashOf(b));
  });
}

Deno.test("the hash depends on the platform", async () => {
  const arm: Facts = { arch: "aarch64" };
  assert.notEqual(await hashOf(config()), await hashOf(config(), { facts: arm }));
});

Deno.test("the hash depends on nothing else of the machine", async () => {
  const other: Facts = {
    hostname: "other",
    username: "you",
    home: "/root",
    elevated: true,
    uid: 0,
  };
  assert.equal(await hashOf(config()), await hashOf(config(), { facts: other }));
});

Deno.test("the hash depends on the content of an input whose path is used", async () => {
  const source = `return { setup = function(inputs)
    derive { name = "x", opts = { p = inputs.pkgs.path }, config = function() end }
  end }`;
  const files = { "init.lua": source, "a/init.lua": "return {}", "b/init.lua": "return {}" };
  assert.notEqual(
    await hashOf(files, { inputs: { pkgs: "a" } }),
    await hashOf(files, { inputs: { pkgs: "b" } }),
  );
});

Deno.test("captured cycles have a hash", async () => {
  const source = (value: number) =>
    config({
      top: `local t = { v = ${value} } t.self = t
local even, odd
function even(n) return n == 0 or odd(n - 1) end
function odd(n) return n ~= 0 and even(n - 1) end`,
      body: "return t, even(2)",
    });
  assert.equal(await hashOf(source(1)), await hashOf(source(1)));
  assert.notEqual(await hashOf(source(1)), await hashOf(source(2)));
});

Deno.test("the same manifest, byte for byte, time after time", async () => {
  const source = `local lib = require("syslua.lib")
return { setup = function()
  for i = 1, 20 do
    local d = derive { name = "d" .. i, opts = { i = i, t = { a = 1, b = 2, [3] = 4 } }, config = function() return lib end }
    file { path = "~/" .. i, content = d.out .. lib.toJSON { z = 1, a = { i } } }
    env { ["V" .. i] = d.out, PATH = { "~/" .. i } }
  end
end }`;
  const once = () => withConfig(source, ({ manifest }) => JSON.stringify(manifest));
  const first = await once();
  for (let time = 0; time < 20; time++) assert.equal(await once(), first);
});

Deno.test("the order of declarations of unrelated things does not matter", async () => {
  const declarations = [
    'file { path = "~/a", content = "a" }',
    'env { EDITOR = "vim" }',
    'env { PATH = { "~/bin" } }',
    'derive { name = "d1", config = function() return 1 end }',
    'derive { name = "d2", config = function() return 2 end }',
    'activate { name = "run", config = function(_, ctx) ctx.run("true") end }',
  ];
  const manifestOf = (order: readonly string[]) =>
    withConfig(
      `return { setup = function() ${order.join(" ")} end }`,
      ({ manifest }) => JSON.stringify({ ...manifest, reads: [] }),
    );
  const expected = await manifestOf(declarations);
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(declarations, { minLength: declarations.length }),
      async (order) => assert.equal(await manifestOf(order), expected),
    ),
    { numRuns: 15 },
  );
});

/** Any data, as a Lua expression. */
const data = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer().map(String),
    fc.constantFrom("0.5", "-1.25", "1e300"),
    fc.boolean().map(String),
    fc.string({ maxLength: 8 }).map((text) =>
      `"${
        [...new TextEncoder().encode(text)].map((b) => `\\${String(b).padStart(3, "0")}`).join("")
      }"`
    ),
    fc.array(tie("value"), { maxLength: 4 }).map((items) => `{${items.join(",")}}`),
    fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { maxLength: 4 }).chain((keys) =>
      fc.tuple(...keys.map(() => tie("value"))).map((values) =>
        `{${keys.map((key, index) => `${key} = ${values[index]}`).join(",")}}`
      )
    ),
  ),
})).value;

Deno.test("equal descriptions have equal hashes, and changed ones others", async () => {
  await fc.assert(
    fc.asyncProperty(data, data, async (one, other) => {
      const hash = (value: string) =>
        hashOf(config({ top: `local k = ${value}`, fields: `opts = { ${value} },`, body: "k()" }));
      const first = await hash(one);
      assert.equal(await hash(one), first);
      if (one !== other) assert.notEqual(await hash(other), first);
    }),
    { numRuns: 25 },
  );
});
