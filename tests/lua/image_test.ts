/** The VM that the program contains has the sandbox loaded, and nothing else in it. */
import assert from "node:assert/strict";
import { LUA_IMAGE } from "../../src/lua/image.generated.ts";
import { createVm, type VmLimits } from "../../src/lua/vm.ts";

const LIMITS: VmLimits = {
  mebibytes: 64,
  seconds: 20,
  now: () => 0,
  turn: () => Promise.resolve(),
};

Deno.test("what a VM has seen no other one sees", async () => {
  const told: string[] = [];
  const one = await createVm(() => null, LIMITS);
  const other = await createVm((_, args) => (told.push(args.text(0)), null), LIMITS);
  await one.enter("facts", '{ platform = "p", dir = "d" }');
  await other.enter("facts", '{ platform = "q", dir = "d" }');
  await other.enter("load", "init.lua", "print(syslua.platform)", "input");
  assert.deepEqual(told, ["q"]);
});

Deno.test("a limit that is less than the sandbox itself takes is told of", async () => {
  await assert.rejects(
    createVm(() => null, { ...LIMITS, mebibytes: 0.1 }),
    /^SysError: Cannot evaluate: it needs more than 0.1 MiB$/,
  );
});

Deno.test("the image has nothing of the texts that it was made of", () => {
  const image = atob(LUA_IMAGE);
  const text = Deno.readTextFileSync(
    new URL("../../src/lua/stdlib/report.lua", import.meta.url),
  );
  const lines = text.split("\n").filter((line) => line.length > 40);
  assert.ok(lines.length > 20);
  assert.deepEqual(lines.filter((line) => image.includes(line.trim())), []);
});
