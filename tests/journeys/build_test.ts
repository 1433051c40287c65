/** What `sys build` makes, and how long it stays. */
import assert from "node:assert/strict";
import { derivationsNamed, realizeFrom } from "../../src/journeys/build.ts";
import { collect, type Collection } from "../../src/journeys/collect.ts";
import { evaluateConfig } from "../../src/journeys/evaluate.ts";
import { makeOutLinks, outLinks } from "../../src/journeys/out_link.ts";
import { why } from "../../src/journeys/why.ts";
import type { ObjectName } from "../../src/store/names.ts";
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

/** Builds what has these names, as a new process does; links it, if that is asked for. */
async function build(t: TestMachine, names: string, outLink?: string): Promise<void> {
  t.restart();
  const evaluated = await evaluateConfig(t.machine, t.evaluation);
  try {
    const { manifest } = evaluated;
    const wanted = derivationsNamed(manifest, names.split(" "));
    const links = outLink === undefined ? [] : outLinks(t.machine, manifest, wanted, outLink);
    makeOutLinks(t.machine, links, await realizeFrom(t.machine, evaluated, wanted, t.build()));
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

const TWO = `derive { name = "two", outputs = { "out", "dev" }, config = function(opts, ctx)
  ctx.write(ctx.out, "two")
  ctx.write(ctx.outputs.dev, "for builds")
end }`;

/** What the links in the home lead to, without the hashes. */
function links(t: TestMachine): string[] {
  return [...Deno.readDirSync(t.home)].filter(({ isSymlink }) => isSymlink)
    .map(({ name }) => `${name} ${objectAt(t, name).slice(0, -33)}`).sort();
}

function objectAt(t: TestMachine, link: string): ObjectName {
  return Deno.readLinkSync(`${t.home}/${link}`).split("/").at(-1) as ObjectName;
}

Deno.test("out link: it keeps what it leads to, as long as it is there and leads there", () =>
  withMachine(async (t) => {
    t.setup([DERIVE.replaceAll("%", "a"), TWO].join("\n"));
    await build(t, "two a", "result");
    const names = links(t);
    assert.deepEqual(names.map((line) => line.split(" ")[0]).length, 3);
    assert.deepEqual(names.map((line) => line.split(" ")[1]).sort(), ["a", "two", "two-dev"]);
    assert.deepEqual(await gone(t, { all: true }), []);
    assert.deepEqual(
      why(t.machine, objectAt(t, "result")).map(({ root }) => root),
      [`${t.home}/result`],
    );
    const [dev] = names.find((line) => line.endsWith(" two-dev"))!.split(" ");
    Deno.removeSync(`${t.home}/${dev}`);
    assert.deepEqual(await gone(t, { all: true }), ["two-dev"]);
    const [a] = names.find((line) => line.endsWith(" a"))!.split(" ");
    Deno.removeSync(`${t.home}/${a}`);
    t.writeHome(a, "something else");
    assert.deepEqual(await gone(t, { all: true }), ["a"]);
    assert.equal([...Deno.readDirSync(`${t.machine.root}/gcroots/auto`)].length, 1);
  }));

Deno.test("out link: it follows what is built, and replaces nothing that it has not made", () =>
  withMachine(async (t) => {
    for (const name of ["a", "b"]) {
      t.setup(DERIVE.replaceAll("%", name));
      await build(t, name, "result");
      assert.deepEqual(links(t), [`result ${name}`]);
    }
    assert.deepEqual(await gone(t, { all: true }), ["a"]);
    const object = Deno.readLinkSync(`${t.home}/result`);
    t.writeHome("file", "mine");
    Deno.symlinkSync(object, `${t.home}/link`);
    Deno.mkdirSync(`${t.home}/folder`);
    for (const name of ["file", "link", "folder", "nowhere/below"]) {
      await assert.rejects(build(t, "b", name), { kind: "usage" });
    }
    assert.equal(t.read("file"), "mine");
    // Someone has put a link of their own where ours was.
    Deno.removeSync(`${t.home}/result`);
    Deno.symlinkSync("file", `${t.home}/result`);
    await assert.rejects(build(t, "b", "result"), { kind: "usage" });
    assert.equal(t.read("result"), "mine");
  }));
