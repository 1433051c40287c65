/** Nothing that a config does keeps it running, or lets it have more memory. */
import assert from "node:assert/strict";
import { SysError } from "../../src/errors.ts";
import { setup, withConfig } from "./support/config.ts";

const ENDLESS = [
  "while true do pcall(function() while true do end end) end",
  "local function f() pcall(f) return f() end f()",
  "while true do xpcall(error, function() while true do end end) end",
  "while true do coroutine.wrap(function() while true do end end)() end",
  "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
  "table.sort({ 1, 2, 3 }, function() while true do end end)",
  "('x'):gsub('.', function() while true do end end)",
  "local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end }) pcall(function() return t[1] end) while true do end",
  "load('while true do end')()",
  "activate { config = function() while true do end end }",
  "derive { name = 'x', opts = function() while true do end end, config = function() end }",
  "user { name = 'x', setup = function() while true do end end }",
  "goto a ::a:: pcall(error) goto a",
  "for _ in pairs(setmetatable({}, { __pairs = function() while true do end end })) do end",
  "print(setmetatable({}, { __tostring = function() while true do end end }))",
  "local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end",
];

for (const body of ENDLESS) {
  Deno.test(`stopped: ${body}`, async () => {
    await refused(body, /^Cannot evaluate: it took longer than 0.2 s$/, { seconds: 0.2 });
  });
}

const GREEDY = [
  "local t = {} while true do t[#t + 1] = {} end",
  "local s = 'x' while true do s = s .. s end",
  "('x'):rep(1e9)",
  "local t = {} while true do pcall(function() for i = 1, 1e9 do t[#t + 1] = i end end) end",
  "coroutine.wrap(function() local t = {} while true do t[#t + 1] = {} end end)()",
];

for (const body of GREEDY) {
  Deno.test(`refused: ${body}`, async () => {
    // One that catches the error goes on until the time is over.
    await refused(body, /needs more than 16 MiB$|took longer than 2 s$/, {
      seconds: 2,
      mebibytes: 16,
    });
  });
}

Deno.test("a config that throws much away needs little", async () => {
  const body = "for i = 1, 2000 do local s = ('x'):rep(100000) .. i end";
  await withConfig(setup(body), () => {}, { limits: { mebibytes: 16 } });
});

async function refused(body: string, message: RegExp, limits: Record<string, number>) {
  await assert.rejects(withConfig(setup(body), () => {}, { limits }), (error: unknown) => {
    assert.ok(error instanceof SysError, String(error));
    assert.match(error.message, message);
    assert.equal(error.kind, "config");
    assert.ok(error.place, "no place");
    return true;
  });
}
