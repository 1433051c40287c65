/** Objects that only an older snapshot needs are made again from the config that it keeps. */
import assert from "node:assert/strict";
import { verifyStore } from "../../src/journeys/objects.ts";
import { rollback } from "../../src/journeys/restore.ts";
import { verify } from "./killed_commands.ts";
import { CONFIG, HOME, MemoryMachine, UNASKED } from "./memory_machine.ts";

const FIRST = `
local old = derive { name = "old", config = function(_, ctx) ctx.write(ctx.out .. "/x", "built") end }
file { path = "~/built", source = old.out .. "/x" }
file { path = "~/text", content = "text" }
file { path = "~/source", source = "./source" }
`;

async function twoApplies(): Promise<MemoryMachine> {
  const t = new MemoryMachine();
  t.write(`${CONFIG}/source`, "a source");
  t.setup(FIRST);
  await t.apply();
  for (const name of ["built", "text", "source"]) t.writeThrough(`${HOME}/${name}`, " damaged");
  t.setup('file { path = "~/other", content = "other" }');
  return t;
}

Deno.test("store verify --repair makes again what only an older snapshot needs", async () => {
  const t = await twoApplies();
  await t.apply();
  assert.equal((await verifyStore(t.open(), [], {})).length, 3);
  await assert.rejects(
    t.held("exclusive", (machine) => rollback(machine, undefined, UNASKED)),
    /Cannot go back to snapshot 1/,
  );
  const { lost } = await verify(t, t.system);
  assert.deepEqual(lost, []);
  await t.held("exclusive", (machine) => rollback(machine, undefined, UNASKED));
  const texts = ["built", "text", "source"].map((name) =>
    new TextDecoder().decode(t.system.fs.readFile(`${HOME}/${name}`))
  );
  assert.deepEqual(texts, ["built", "text", "a source"]);
});

Deno.test("store verify --repair gives what may not be read its permissions again", async () => {
  const t = await twoApplies();
  await t.apply();
  await verify(t, t.system);
  const { fs } = t.system;
  const { root } = t.open();
  const folder = `${root}/store/obj`;
  const objects = fs.readDir(folder).filter((name) => /^(old|text|other)-/.test(name));
  for (const name of objects) fs.chmod(`${folder}/${name}`, 0);
  const found = await verifyStore(t.open(), [], {});
  assert.deepEqual(found.map(({ kind }) => kind), ["closed", "closed", "closed"]);
  assert.deepEqual((await verify(t, t.system)).repaired, objects.sort());
  assert.deepEqual(await verifyStore(t.open(), [], {}), []);
});
