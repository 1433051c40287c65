/** What stays in the store, and that `why` says of each object the same as gc. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { collect } from "../../src/journeys/collect.ts";
import { repair } from "../../src/journeys/repair.ts";
import { why } from "../../src/journeys/why.ts";
import { currentPath, readCurrent, snapshotNumbers } from "../../src/snapshot/history.ts";
import { layoutOf } from "../../src/store/layout.ts";
import { objectNames } from "../../src/store/list.ts";
import { type TestMachine, withMachine } from "./support.ts";

const ALL = { dryRun: false, keep: null, olderThan: null, maxBytes: null, all: true };
const REPLACE = {
  decide: () => Promise.resolve({ replace: "all" as const, skip: new Set<string>() }),
};

/** For each object whose name begins so, the names of what keeps it. */
function reasons(t: TestMachine, begin: string): string[][] {
  return objectNames(t.machine.system.fs, layoutOf(t.machine.root))
    .filter((object) => object.startsWith(begin))
    .map((object) => why(t.machine, object).map(({ root }) => root));
}

async function applied(t: TestMachine, content: string) {
  t.setup(`file { path = "~/a", content = "${content}" }`);
  await t.apply(REPLACE);
}

Deno.test("what is in use stays where its snapshot was damaged and is set aside", () =>
  withMachine(async (t) => {
    await applied(t, "one");
    await applied(t, "two");
    Deno.writeTextFileSync(join(t.machine.root, "snapshots/2.json"), "damaged");
    await repair(t.machine, false);
    await collect(t.machine, ALL);
    assert.equal(t.read("a"), "two");
    assert.deepEqual(
      reasons(t, "a-").sort(),
      [["snapshot 1 (current)"], [join(t.home, "a")]].sort(),
    );
  }));

Deno.test("where nothing says which snapshot is current, gc takes none", () =>
  withMachine(async (t) => {
    await applied(t, "one");
    await applied(t, "two");
    const { system: { fs }, root } = t.machine;
    fs.remove(currentPath(root));
    for (const old of [{ keep: null, olderThan: -1 }, { keep: 1, olderThan: null }, {}]) {
      await assert.rejects(collect(t.machine, { ...ALL, ...old }), /current is gone/);
    }
    assert.deepEqual(snapshotNumbers(fs, root), [1, 2]);
    await repair(t.machine, false);
    assert.deepEqual((await collect(t.machine, { ...ALL, olderThan: -1 })).snapshots, [1]);
    assert.equal(t.read("a"), "two");
  }));

Deno.test("what no snapshot shares any more goes with the snapshots", () =>
  withMachine(async (t) => {
    const much = (count: number) => {
      t.setup(`env { MUCH = ("x"):rep(${count}) }`);
      return t.apply();
    };
    const bases = () =>
      [...Deno.readDirSync(join(t.machine.root, "snapshots"))].map(({ name }) => name)
        .filter((name) => name.endsWith(".base"));
    await much(20_000);
    const [old] = bases();
    await much(40_000);
    await collect(t.machine, ALL);
    assert.ok(bases().includes(old), "a snapshot needs it");
    await collect(t.machine, { ...ALL, keep: 1, dryRun: true });
    assert.ok(bases().includes(old), "a dry run removes nothing");
    await collect(t.machine, { ...ALL, keep: 1 });
    assert.deepEqual([bases().length, bases().includes(old)], [1, false]);
    assert.equal(readCurrent(t.machine.system.fs, t.machine.root)?.number, 2);
  }));

Deno.test("an edit that is kept stays, and why says for what", () =>
  withMachine(async (t) => {
    await applied(t, "one");
    Deno.removeSync(join(t.home, "a"));
    t.writeHome("a", "edited");
    await applied(t, "one");
    await collect(t.machine, ALL);
    assert.deepEqual(reasons(t, "original-"), [["sys originals"]]);
  }));

Deno.test("what was built a moment ago stays, and why says for how long", () =>
  withMachine(async (t) => {
    const using = (code: string) =>
      `local d = derive { name = "tool", config = function(_, ctx) ctx.write(ctx.out, "x") end }\n${code}`;
    t.setup(using('file { path = "~/a", source = d.out }'));
    await t.apply();
    t.setup("");
    await t.apply();
    await collect(t.machine, { ...ALL, keep: 1, all: false });
    assert.deepEqual(reasons(t, "tool-"), [["built within the last hour"]]);
    await collect(t.machine, ALL);
    assert.deepEqual(reasons(t, "tool-"), []);
  }));
