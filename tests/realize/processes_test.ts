/** Two processes that want the same, and a machine that dies at any moment. */
import assert from "node:assert/strict";
import { Crash, type Fault, faultySystem } from "../../src/system/faulty.ts";
import { makeFolders } from "../../src/system/folders.ts";
import type { MemoryFs } from "../../src/system/memory/memory_fs.ts";
import { openStore } from "../../src/store/store.ts";
import { inMemory } from "../support/memory.ts";
import { World } from "./support.ts";

/** Builds one thing that can be built once only, and tells what happened. */
const PROGRAM = `
import { World } from ${JSON.stringify(import.meta.resolve("./support.ts"))};
import { openStore } from ${JSON.stringify(import.meta.resolve("../../src/store/store.ts"))};
const world = new World();
const [root] = Deno.args;
const store = openStore(world.system, root + "/root");
const thing = world.derive("thing", function* ({ outputs }) {
  yield ["run", "mkdir " + root + "/once; for n in 1 2 3 4 5; do sleep 0.1; done", null, {}];
  yield ["write", outputs.out, "made"];
});
const made = await world.realize([thing], {}, world.system, store);
console.log(made.get(thing.hash).out, world.events.map((e) => e.kind).filter((k) => /started|waiting|cached/.test(k)).join());
world[Symbol.dispose]();
`;

Deno.test("two processes: one builds, the other waits and uses the result", async () => {
  using world = new World();
  Deno.writeTextFileSync(`${world.path}/program.ts`, PROGRAM);
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const start = () =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--config", config, `${world.path}/program.ts`, world.path],
      stdout: "piped",
      stderr: "piped",
    }).output();
  const both = await Promise.all([start(), start()]);
  const said = both.map(({ code, stdout, stderr }) => {
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim().split(" ");
  });
  assert.equal(said[0][0], said[1][0]);
  const told = said.map(([, events]) => events).sort();
  // Whichever came second waited, or found it done.
  assert.ok(
    ["waiting,cached", "cached"].includes(told.find((t) => t !== "started")!),
    told.join(" "),
  );
  assert.ok(told.includes("started"));
});

Deno.test({
  name: "a realize that dies at any operation leaves a store that the next one completes",
  // A file that was made in the moment of death is never closed.
  sanitizeResources: false,
  fn: dieAtEveryOperation,
});

/** Where it dies: at every operation in memory, at one of several on the real disk, where a real program runs. */
const PLACES = [{ real: false, every: 1 }, { real: true, every: 7 }];

async function dieAtEveryOperation() {
  for (const { real, every } of PLACES) {
    const fresh = () => real ? new World() : new MemoryWorld();
    const { total, expected } = await wholeRealize(fresh);
    assert.ok(total > 30, String(total));
    for (let at = 1; at <= total; at += every) {
      await dieAt(fresh, { at, when: "before" }, expected);
    }
    // After one operation is before the next, so only the last has an after of its own.
    await dieAt(fresh, { at: total, when: "after" }, expected);
  }
}

/** A world whose disk is in memory. */
class MemoryWorld extends World {
  constructor() {
    super(inMemory());
    makeFolders(this.system.fs, this.path);
  }
}

function declare(world: World) {
  const low = world.derive("low", function* ({ outputs }) {
    yield ["write", `${outputs.out}/file`, outputs.out];
  });
  return world.derive("high", function* ({ outputs }) {
    yield ["write", `${outputs.out}/bin/x`, "x", { executable: true }];
    yield ["write", outputs.doc, "doc"];
    yield ["run", ["/bin/sh", "-c", `echo run > ${outputs.out}/run`], null, {}];
  }, { outputs: ["out", "doc"], dependencies: [low.hash] });
}

/** How many operations it takes, and what it gives. */
async function wholeRealize(fresh: () => World) {
  using world = fresh();
  const counted = faultySystem(world.system, { at: 0, when: "before" });
  const thing = declare(world);
  const store = openStore(counted.system, `${world.path}/root`);
  const made = await world.realize([thing], {}, counted.system, store);
  return { total: counted.operations(), expected: made.get(thing.hash) };
}

async function dieAt(fresh: () => World, fault: Fault, expected: unknown) {
  using world = fresh();
  const thing = declare(world);
  const { system } = faultySystem(world.system, fault);
  const dying = openStore(system, `${world.path}/root`);
  await assert.rejects(world.realize([thing], {}, system, dying), Crash);
  const { disk } = world.system.fs as Partial<MemoryFs>;
  const after = disk === undefined ? world.system : inMemory(disk.copy());
  const store = openStore(after, `${world.path}/root`);
  const recorded = store.outputsOf(thing.hash);
  if (recorded !== null) assert.deepEqual(recorded, expected);
  const made = await world.realize([thing], {}, after, store);
  const when = `${fault.when} ${fault.at}`;
  assert.deepEqual(made.get(thing.hash), expected, when);
  const run = after.fs.readFile(`${store.pathOf(made.get(thing.hash)!.out)}/run`);
  assert.equal(new TextDecoder().decode(run), "run\n");
  // Rubbish for the next gc: the store's spare files, scratch and lock of a build that was recorded before the
  // machine went down. Never an output.
  const left = after.fs.readDir(`${store.dir}/tmp`)
    .filter((name) => !/^\.|-build$|\.lock$/.test(name));
  assert.deepEqual(left, [], when);
}

Deno.test("a full disk fails the build with what the system says, and leaves nothing", async () => {
  let refused = 0;
  // How many operations there are depends on the sandbox.
  for (const at of [20, 25, 30, 35, 40]) {
    using world = new World();
    const thing = world.derive("thing", function* ({ outputs }) {
      for (let n = 0; n < 10; n++) yield ["write", `${outputs.out}/${n}`, "x"];
    });
    const { system } = faultySystem(world.system, { at, when: "before", code: "ENOSPC" });
    const store = openStore(system, `${world.path}/root`);
    const failure = await world.realize([thing], {}, system, store).then(() => null, String);
    if (failure === null) continue;
    refused++;
    assert.match(failure, /the disk is full/);
    assert.deepEqual(world.leftovers(), []);
    assert.equal((await world.realize([thing])).size, 1);
  }
  assert.ok(refused > 2, `${refused}`);
});
