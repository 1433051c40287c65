/** Lua that is meant to break the machine gives an error of the config, with its place, or nothing at all. */
import assert from "node:assert/strict";
import { SysError } from "../../src/errors.ts";
import { setup, withConfig } from "./support/config.ts";

const DEEP = "local t = {} for i = 1, 1e5 do t = { t } end";

/** Body of `setup` → what the error says; null where it is fine. */
const CASES: [string, RegExp | null][] = [
  // Recursion, through whatever.
  ["local function f() return pcall(f) end f()", null],
  ["local function f() return 1 + f() end f()", /^stack overflow$/],
  ["local function f(s) return (s:gsub('.', f)) end f('a')", /^C stack overflow$/],
  ["local function n() return coroutine.wrap(function() return n() end)() end n()", /^C stack/],
  ["local t = {} setmetatable(t, { __index = t }) print(t.a)", /^'__index' chain too long/],
  [
    "local t = setmetatable({}, { __index = function(t, k) return t[k .. 1] end }) print(t.a)",
    /^C st/,
  ],
  ["local t = setmetatable({}, { __tostring = tostring }) print(t)", /^C stack overflow$/],
  ["local t = setmetatable({}, { __tostring = function(t) error(t) end }) error(t)", /^C stack/],
  [
    "local function f(n) if n == 0 then file {} end f(n - 1) return 1 end f(5000)",
    /^file: `path` is/,
  ],
  // Depth.
  [
    `${DEEP} require("syslua.lib").toJSON(t)`,
    /^lib.toJSON: `value` is nested more than 149 levels/,
  ],
  [`${DEEP} derive { name = "x", opts = t, config = print }`, /^derive "x": `opts` is nested more/],
  [`${DEEP} derive { name = "x", config = function() return t end }`, /^stack overflow$/],
  ["print(load('return ' .. ('not '):rep(1e5) .. '1'))", null],
  [`local lib = require("syslua.lib") lib.fromYAML(("["):rep(1e5))`, /^lib.fromYAML: not YAML/],
  // Errors that are none.
  ["error()", /^nil was thrown$/],
  ["error(print)", /^function$/],
  ["local t = {} t.message = t error(t)", /^table$/],
  ["error(setmetatable({}, { __tostring = function() return {} end }))", /must return a string$/],
  ["error(('x'):rep(1e6))", /^x{10000} …$/],
  ["error('a\\0b\\255')", /^a\0b\?$/],
  ["print(xpcall(error, error))", null],
  // Coroutines.
  ["local co co = coroutine.wrap(function() return co() end) co()", /^cannot resume non-suspended/],
  [
    "local co co = coroutine.create(function() coroutine.close(co) end) print(coroutine.resume(co))",
    null,
  ],
  ["coroutine.yield(1)", /^attempt to yield from outside a coroutine$/],
  ["local x <close> = 42", /^variable 'x' got a non-closable value$/],
  // Bytes.
  ["file { path = '~/a\\0b', content = '' }", /^file: `path` has a NUL byte in it$/],
  ["file { path = '~/\\255', content = '' }", /not UTF-8/],
  ["require('a\\0b')", /^require: /],
  ["require(('x'):rep(1e5))", /^require: /],
  ["syslua.source('a\\nb')", /^syslua.source: there is no file or folder/],
  // Memory.
  ["local t = {} for i = 1, 1e8 do t[i] = i end", /needs more than 64 MiB$/],
  ["pcall(string.rep, 'x', 3e8) pcall(string.rep, 'x', 3e8)", /needs more than 64 MiB$/],
  ["local s = ('x'):rep(3e7) print(#s)", null],
  ["print((''):rep(1e15), ('ab'):rep(3, '-'))", null],
  // Times.
  ["print(os.date('%Y', 1 << 60))", /^date result cannot be represented/],
  ["print(os.date(('%c'):rep(1e4), 0):len())", null],
];

for (const [body, expected] of CASES) {
  Deno.test(`hostile: ${body}`, async () => {
    const limits = { seconds: 60, mebibytes: 64 };
    if (expected === null) return await withConfig(setup(body), () => {}, { limits });
    await assert.rejects(withConfig(setup(body), () => {}, { limits }), (error: unknown) => {
      assert.ok(error instanceof SysError, String(error));
      assert.match(error.message, expected);
      assert.equal(error.kind, "config");
      assert.deepEqual([error.place?.file, error.place?.line], ["init.lua", 3]);
      return true;
    });
  });
}
