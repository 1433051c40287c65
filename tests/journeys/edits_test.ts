/** Edits made through a link into the store: noticed, asked about, kept under a number, and the object made again. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { adoptFiles } from "../../src/journeys/adopt.ts";
import { collect } from "../../src/journeys/collect.ts";
import { contentDiff } from "../../src/journeys/content_diff.ts";
import { listOriginals, showOriginal } from "../../src/journeys/originals.ts";
import { type Decision, propose } from "../../src/journeys/propose.ts";
import { evaluateConfig } from "../../src/journeys/evaluate.ts";
import { repairStore } from "../../src/journeys/repair_store.ts";
import { UNDECIDED } from "../../src/journeys/propose.ts";
import { destroy, rollback } from "../../src/journeys/restore.ts";
import { status } from "../../src/journeys/status.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { type TestMachine, withMachine } from "./support.ts";

const all: Decision = { replace: "all", skip: new Set() };
const REPLACE = { decide: () => Promise.resolve(all) };
const RESTORE = {
  dryRun: false,
  decide: () => Promise.resolve(UNDECIDED),
  signal: new AbortController().signal,
};

/** As `:w!` does it in an editor: permissions first, then the content in place. */
function editThroughLink(t: TestMachine, path: string, text: string) {
  const file = Deno.realPathSync(join(t.home, path));
  Deno.chmodSync(file, 0o644);
  Deno.writeTextFileSync(file, text);
  t.restart();
}

async function kept(t: TestMachine): Promise<[number, string, string][]> {
  const originals = await listOriginals(t.machine);
  return await Promise.all(originals.map(async ({ number, path }) => {
    const { content } = await showOriginal(t.machine, String(number));
    return [number, path.slice(t.home.length + 1), new TextDecoder().decode(content!)] as const;
  })) as [number, string, string][];
}

/** Ways for `~/a` to come to be a link to what says "as made", and the path below it that is edited. */
const KINDS: Record<string, readonly [setup: string, edited: string]> = {
  "a text": ['file { path = "~/a", content = "as made" }', "a"],
  "a source": ['file { path = "~/a", source = "./a" }', "a"],
  "a folder": ['file { path = "~/a", source = "./folder" }', "a/b"],
  "a file of a recursive folder": [
    'file { path = "~/a", source = "./folder", recursive = true }',
    "a/b",
  ],
  "an output": [
    `local d = derive { name = "d", config = function(_, ctx) ctx.write(ctx.out .. "/x", "as made") end }
file { path = "~/a", source = d.out .. "/x" }`,
    "a",
  ],
};

function arrange(t: TestMachine, kind: keyof typeof KINDS) {
  t.write("a", "as made");
  t.write("folder/b", "as made");
  t.setup(KINDS[kind][0]);
  return t.apply(REPLACE);
}

for (const [kind, [, edited]] of Object.entries(KINDS)) {
  Deno.test(`edits: ${kind} that was edited through its link is kept, and made again`, () =>
    withMachine(async (t) => {
      await arrange(t, kind);
      editThroughLink(t, edited, "edited");
      const { drift } = await status(t.machine);
      assert.equal(drift.length, 1);
      assert.ok(drift[0].target.startsWith("~/a"), drift[0].target);

      await assert.rejects(t.apply(), /Cannot replace ~\/a/);
      assert.equal(t.read(edited), "edited");
      assert.deepEqual(await kept(t), []);

      const applied = await t.apply(REPLACE);
      assert.deepEqual(applied.kept.map(({ number, why }) => [number, why]), [[1, "edit"]]);
      assert.equal(t.read(edited), "as made");
      assert.deepEqual(await kept(t), [[1, edited, "edited"]]);
      t.restart();
      assert.deepEqual((await status(t.machine)).drift, []);
      assert.deepEqual(await verifyObjects(t.machine.system, t.machine.root), []);
      assert.deepEqual((await t.apply()).plan.steps, []);
    }));
}

Deno.test("edits: the plan says so", () =>
  withMachine(async (t) => {
    await arrange(t, "a source");
    editThroughLink(t, "a", "edited");
    const evaluated = await evaluateConfig(t.machine, t.evaluation);
    const proposal = await propose(t.machine, evaluated);
    evaluated.recipes.close();
    const { plan } = proposal;
    assert.ok(plan.changes);
    const diff = await contentDiff(t.machine, evaluated, proposal, ["~/a"]);
    assert.match(diff, /^-edited$/m);
    assert.match(diff, /^\+as made$/m);
    const line = plan.actions.find(({ target }) => target === "~/a");
    assert.deepEqual([line?.op, line?.note], ["update", "edited through its link"]);
    assert.deepEqual(plan.unmanaged, ["~/a"]);
  }));

Deno.test("edits: one that is adopted is in the config, and asked about no more", () =>
  withMachine(async (t) => {
    await arrange(t, "a source");
    editThroughLink(t, "a", "edited");
    let asked = 0;
    await t.apply({
      decide: ({ plan, wanted }, evaluated) => {
        if (plan.unmanaged.length === 0) return Promise.resolve(UNDECIDED);
        asked++;
        adoptFiles(t.machine, evaluated, wanted, plan.unmanaged);
        return Promise.resolve("evaluate again");
      },
    });
    assert.equal(asked, 1);
    assert.equal(Deno.readTextFileSync(join(t.config, "a")), "edited");
    assert.equal(t.read("a"), "edited");
  }));

const skipA: Decision = { replace: "none", skip: new Set(["~/a"]) };
const SKIP = { decide: () => Promise.resolve(skipA) };
/** Collects all but the newest snapshot. */
const COLLECT = { dryRun: false, keep: 1, olderThan: null, maxBytes: null };

for (const [kind, [, edited]] of Object.entries(KINDS)) {
  Deno.test(`edits: ${kind} that is skipped stays as it is, whatever else is applied`, () =>
    withMachine(async (t) => {
      await arrange(t, kind);
      editThroughLink(t, edited, "edited");
      const target = `~/${kind.includes("recursive") ? edited : "a"}`;
      const skip = { ...skipA, skip: new Set([target]) };
      t.setup(KINDS[kind][0] + '\nfile { path = "~/k", content = "k" }');
      await t.apply({ decide: () => Promise.resolve(skip) });
      assert.equal(t.read(edited), "edited");
      assert.equal(t.read("k"), "k");
      t.restart();
      assert.equal((await status(t.machine)).drift.length, 1, "it is not forgotten");
      await collect(t.machine, COLLECT);
      assert.equal(t.read(edited), "edited");
    }));
}

Deno.test("edits: one that is skipped outlives the config that made it, and gc", () =>
  withMachine(async (t) => {
    await arrange(t, "a text");
    editThroughLink(t, "a", "edited");
    t.setup('file { path = "~/a", content = "second" }');
    await t.apply(SKIP);
    await collect(t.machine, COLLECT);
    assert.equal(t.read("a"), "edited");
    // It is asked about again, and then kept like any other.
    await assert.rejects(t.apply(), /Cannot replace ~\/a/);
    await t.apply(REPLACE);
    assert.equal(t.read("a"), "second");
    assert.deepEqual(await kept(t), [[1, "a", "edited"]]);
  }));

Deno.test("edits: what is skipped is linked to from nowhere else", () =>
  withMachine(async (t) => {
    await arrange(t, "a source");
    editThroughLink(t, "a", "edited");
    t.setup('file { path = "~/a", source = "./a" }\nfile { path = "~/b", source = "./a" }');
    await assert.rejects(t.apply(SKIP), /is changed in the store/);
    assert.equal(t.read("a"), "edited");
    assert.equal(t.read("b"), null);
  }));

Deno.test("edits: where the object can't be made again, the edit is at its place and kept", () =>
  withMachine(async (t) => {
    await arrange(t, "an output");
    editThroughLink(t, "a", "edited");
    const failing = {
      ...REPLACE,
      build: () => {
        throw new Error("no network");
      },
    };
    await assert.rejects(t.apply(failing), /no network/);
    assert.equal(t.read("a"), "edited");
    assert.deepEqual(await kept(t), [[1, "a", "edited"]]);
    await t.apply(REPLACE);
    assert.deepEqual(await kept(t), [[1, "a", "edited"]], "kept once");
  }));

Deno.test("edits: rollback keeps one, and brings the former content", () =>
  withMachine(async (t) => {
    await arrange(t, "a text");
    t.setup('file { path = "~/a", content = "second" }');
    await t.apply();
    editThroughLink(t, "a", "edited");
    await rollback(t.machine, undefined, { ...RESTORE, ...REPLACE });
    assert.equal(t.read("a"), "as made");
    assert.deepEqual(await kept(t), [[1, "a", "edited"]]);
  }));

Deno.test("edits: destroy keeps one", () =>
  withMachine(async (t) => {
    await arrange(t, "a text");
    editThroughLink(t, "a", "edited");
    await destroy(t.machine, RESTORE);
    assert.deepEqual(await kept(t), [[1, "a", "edited"]]);
  }));

Deno.test("edits: a repair of the store keeps one", () =>
  withMachine(async (t) => {
    await arrange(t, "a source");
    editThroughLink(t, "a", "edited");
    const problems = await verifyObjects(t.machine.system, t.machine.root);
    const { path: _, ...evaluation } = t.evaluation;
    const repair = { evaluation, build: t.build(), path: undefined };
    const repaired = await repairStore(t.machine, problems, repair);
    assert.deepEqual(repaired.kept.map(({ number }) => number), [1]);
    assert.equal(t.read("a"), "as made");
    assert.deepEqual(await kept(t), [[1, "a", "edited"]]);
  }));
