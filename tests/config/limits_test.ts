/** Nothing that a config does keeps it running, or lets it have more memory. */
import assert from "node:assert/strict";
import { SysError } from "../../src/errors.ts";
import { setup, withConfig } from "./support/config.ts";
import { tickingClock } from "./support/world.ts";

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

/** What never ends, or not today, inside Lua's own C code. */
const ENDLESS_IN_C = [
  "local n = 40 (('a'):rep(n)):find(('a?'):rep(n) .. ('a'):rep(n))",
  "(('a'):rep(200)):match(('a*'):rep(50) .. 'b')",
  "(('a'):rep(200)):gsub(('a-'):rep(50) .. 'b', '')",
  "for _ in (('a'):rep(200)):gmatch(('a*'):rep(50) .. 'b') do end",
  "pcall(string.find, ('a'):rep(200), ('a*'):rep(50) .. 'b') while true do end",
  "(('('):rep(3e6)):find('%b()%b()')",
  "(('x'):rep(1e6)):find('.-.-.-%f[y]')",
  "(('x'):rep(1e6)):find('[' .. ('ab'):rep(1e6) .. ']')",
  "(('x'):rep(1e6)):gsub('()', function() return (('x'):rep(1e6)):find(('x'):rep(5e5) .. 'y', 1, true) end)",
  "(('x'):rep(4e6)):find(('x'):rep(2e6) .. 'y', 1, true)",
  "table.insert(setmetatable({}, { __len = function() return 1 << 50 end }), 1, 'x')",
  "table.remove(setmetatable({}, { __len = function() return 1 << 50 end }), 1)",
  "table.move({}, 1, 1 << 50, 2)",
  "table.concat(setmetatable({}, { __index = function() return '' end }), '', 1, 1 << 50)",
  "local t = {} for i = 1, 1e6 do t[i] = i end for i = 1, 1e6 do t[i] = nil end while true do next(t) end",
  "local s = ('x'):rep(5e6) while true do s:upper() s:reverse() end",
  "local s = ('x'):rep(5e6) while true do utf8.len(s) tonumber(s) s:find('y', 1, true) end",
  "local a, b = ('x'):rep(5e6), ('x'):rep(5e6) while true do local _ = a == b, a < b, a .. b end",
  "local t, a = {}, ('x'):rep(5e6) t[a] = 1 while true do local _ = t[('x'):rep(5e6)] end",
  "while true do load(('x = 1 '):rep(1e5)) end",
];

for (const body of ENDLESS_IN_C) {
  Deno.test(`stopped: ${body}`, async () => {
    await refused(body, /^Cannot evaluate: it took longer than 0.2 s$/, { seconds: 0.2 });
  });

  Deno.test(`interrupted: ${body}`, async () => {
    const interrupted = new AbortController();
    const reason = new SysError("interrupted", "Interrupted: the system is as before");
    const { signal } = interrupted;
    const clock = tickingClock(() => setTimeout(() => interrupted.abort(reason)));
    await assert.rejects(withConfig(setup(body), () => {}, { signal, clock }), (error: unknown) => {
      assert.ok(error instanceof SysError, String(error));
      assert.equal(error.kind, "interrupted");
      assert.equal(error.message, reason.message);
      assert.deepEqual([error.place?.file, error.place?.line], ["init.lua", 3]);
      return true;
    });
  });
}

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
  const clock = tickingClock();
  await assert.rejects(withConfig(setup(body), () => {}, { limits, clock }), (error: unknown) => {
    assert.ok(error instanceof SysError, String(error));
    assert.match(error.message, message);
    assert.equal(error.kind, "config");
    assert.ok(error.place, "no place");
    return true;
  });
}
