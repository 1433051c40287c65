/** What `sys build` makes, and how long it stays. */
import assert from "node:assert/strict";
import { derivationsNamed, realizeFrom } from "../../src/journeys/build.ts";
import { collect, type Collection } from "../../src/journeys/collect.ts";
import { evaluateConfig } from "../../src/journeys/evaluate.ts";
import { type TestMachine, withMachine } from "./support.ts";

const GC: Collection = { dryRun: false, keep: null, olderThan: null, maxBytes: null };
const DERIVE = `derive { name = "%", config = function(opts, ctx) ctx.write(ctx.out, "%") end }`;

/** From here on it is so many minutes after the start of 2030. */
function at(t: TestMachine, minutes: number): void {
  const { clock } = t.machine.system;
  const now = () => new Date(Date.UTC(2030, 0, 1, 0, minutes));
  const moved = { now, monotonic: () => clock.monotonic(), sleep: clock.sleep.bind(clock) };
  t.machine = { ...t.machine, system: { ...t.machine.system, clock: moved } };
}

/** Builds what has a name, as a new process does. */
async function build(t: TestMachine, name: string): Promise<void> {
  t.restart();
  const evaluated = await evaluateConfig(t.machine, t.evaluation);
  try {
    const wanted = derivationsNamed(evaluated.manifest, [name]);
    await realizeFrom(t.machine, evaluated, wanted, t.build());
  } finally {
    evaluated.recipes.close();
  }
}

/** Names of the objects that a collection removes. */
async function gone(t: TestMachine, more: Partial<Collection> = {}): Promise<string[]> {
  const { removed } = await collect(t.machine, { ...GC, ...more });
  return removed.map(({ object }) => object.slice(0, -33)).sort();
}

Deno.test("gc: what was built stays for an hour, unless all is to go", () =>
  withMachine(async (t) => {
    t.setup(["a", "b"].map((name) => DERIVE.replaceAll("%", name)).join("\n"));
    at(t, 0);
    await build(t, "a");
    assert.deepEqual(await gone(t), []);
    at(t, 59);
    assert.equal((await collect(t.machine, GC)).recent, 1);
    at(t, 61);
    await build(t, "b");
    assert.deepEqual(await gone(t, { dryRun: true }), ["a"]);
    assert.deepEqual(await gone(t), ["a"]);
    assert.deepEqual(await gone(t, { all: true }), ["b"]);
  }));

Deno.test("gc: what was asked for and was there already stays for an hour from then on", () =>
  withMachine(async (t) => {
    t.setup(DERIVE.replaceAll("%", "a"));
    at(t, 0);
    await build(t, "a");
    at(t, 120);
    await build(t, "a");
    assert.deepEqual(await gone(t), []);
    // A clock that was set back does not keep it for years.
    at(t, 0);
    assert.deepEqual(await gone(t), ["a"]);
  }));
