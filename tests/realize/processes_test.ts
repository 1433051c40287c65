/** Two processes that want the same, and a machine that dies at any moment. */
import assert from "node:assert/strict";
import { Crash, faultySystem } from "../../src/system/faulty.ts";
import { realSystem } from "../../src/system/real.ts";
import { openStore } from "../../src/store/store.ts";
import { text, World } from "./support.ts";

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

async function dieAtEveryOperation() {
  const declare = (world: World) => {
    const low = world.derive("low", function* ({ outputs }) {
      yield ["write", `${outputs.out}/file`, outputs.out];
    });
    return world.derive("high", function* ({ outputs }) {
      yield ["write", `${outputs.out}/bin/x`, "x", { executable: true }];
      yield ["write", outputs.doc, "doc"];
      yield ["run", ["/bin/sh", "-c", `echo run > ${outputs.out}/run`], null, {}];
    }, { outputs: ["out", "doc"], dependencies: [low.hash] });
  };
  let total = 0, expected: unknown;
  {
    using world = new World();
    const counted = faultySystem(world.system, { at: 0, when: "before" });
    const thing = declare(world);
    const store = openStore(counted.system, `${world.path}/root`);
    expected = (await world.realize([thing], {}, counted.system, store)).get(thing.hash);
    total = counted.operations();
  }
  assert.ok(total > 30, String(total));
  for (let at = 1; at <= total; at++) {
    // After one operation is before the next, so only the last has an after of its own.
    for (const when of at === total ? ["before", "after"] as const : ["before"] as const) {
      using world = new World();
      const thing = declare(world);
      const { system } = faultySystem(world.system, { at, when });
      const store = openStore(system, `${world.path}/root`);
      await assert.rejects(world.realize([thing], {}, system, store), Crash);
      const fresh = openStore(realSystem(), `${world.path}/root`);
      const recorded = fresh.outputsOf(thing.hash);
      if (recorded !== null) assert.deepEqual(recorded, expected);
      const made = await world.realize([thing], {}, world.system, fresh);
      assert.deepEqual(made.get(thing.hash), expected, `${when} ${at}`);
      assert.equal(text(`${fresh.pathOf(made.get(thing.hash)!.out)}/run`), "run\n");
      // Rubbish for the next gc: the store's spare files, scratch and lock of a build that was recorded before the
      // machine went down. Never an output.
      const left = world.leftovers().filter((name) => !/^\.|-build$|\.lock$/.test(name));
      assert.deepEqual(left, [], `${when} ${at}`);
    }
  }
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
