/** What `sys build` makes, and how long it stays. */
import assert from "node:assert/strict";
import nodeFs from "node:fs";
import { allOutputs, derivationsNamed, realizeFrom } from "../../src/journeys/build.ts";
import { collect, type Collection } from "../../src/journeys/collect.ts";
import { evaluateConfig } from "../../src/journeys/evaluate.ts";
import { makeOutLinks, outLinks } from "../../src/journeys/out_link.ts";
import { UNDECIDED } from "../../src/journeys/propose.ts";
import { rollback } from "../../src/journeys/restore.ts";
import { status } from "../../src/journeys/status.ts";
import { eachSnapshot } from "../../src/snapshot/history.ts";
import { why } from "../../src/journeys/why.ts";
import type { ObjectName } from "../../src/store/names.ts";
import type { BuildEvent } from "../../src/realize/observer.ts";
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

/** Builds what has these names, as a new process does; links it, if that is asked for. Gives the names of what was
 * built. */
async function build(
  t: TestMachine,
  names: string,
  { outLink, check = false }: { readonly outLink?: string; readonly check?: boolean } = {},
): Promise<string[]> {
  t.restart();
  const built: string[] = [];
  const observer = ({ kind, derivation }: BuildEvent) => {
    if (kind === "started") built.push(derivation.name);
  };
  const evaluated = await evaluateConfig(t.machine, t.evaluation);
  try {
    const { manifest } = evaluated;
    const wanted = derivationsNamed(manifest, names.split(" "));
    const outputs = allOutputs(manifest, wanted);
    const links = outLink === undefined ? [] : outLinks(t.machine, outputs, outLink);
    const settings = { ...t.build(), observer, check };
    await makeOutLinks(t.machine, links, await realizeFrom(t.machine, evaluated, wanted, settings));
    return built;
  } finally {
    evaluated.recipes.close();
  }
}

/** Names of the objects that a collection removes. */
async function gone(t: TestMachine, more: Partial<Collection> = {}): Promise<string[]> {
  const { removed } = await collect(t.machine, { ...GC, ...more });
  return removed.map(({ object }) => object.slice(0, -33)).sort();
}

Deno.test("build: what was asked for has a link for people, what was needed for it has none before", () =>
  withMachine(async (t) => {
    t.setup(`local a = ${DERIVE.replaceAll("%", "a")}
      derive { name = "b", version = "2", opts = { a = a }, config = function(opts, ctx)
        ctx.write(ctx.out, opts.a.out)
      end }`);
    const pkg = `${t.machine.store.dir}/pkg`;
    await build(t, "b");
    assert.deepEqual(nodeFs.readdirSync(pkg), ["b"]);
    assert.deepEqual(await build(t, "a"), []);
    assert.deepEqual(nodeFs.readdirSync(pkg).sort(), ["a", "b"]);
    const [link] = nodeFs.readdirSync(`${pkg}/b/2`);
    const text = nodeFs.readFileSync(`${pkg}/b/2/${link}`, "utf8");
    const [other] = nodeFs.readdirSync(`${pkg}/a/unversioned`);
    assert.equal(text, nodeFs.realpathSync(`${pkg}/a/unversioned/${other}`));
  }));

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
    await build(t, "two a", { outLink: "result" });
    assert.deepEqual(links(t), ["result two", "result-2 a", "result-dev two-dev"]);
    assert.deepEqual(await gone(t, { all: true }), []);
    assert.deepEqual(
      why(t.machine, objectAt(t, "result")).map(({ root }) => root),
      [`${t.home}/result`],
    );
    Deno.removeSync(`${t.home}/result-dev`);
    assert.deepEqual(await gone(t, { all: true }), ["two-dev"]);
    Deno.removeSync(`${t.home}/result-2`);
    t.writeHome("result-2", "something else");
    assert.deepEqual(await gone(t, { all: true }), ["a"]);
    assert.equal([...Deno.readDirSync(`${t.machine.root}/gcroots/auto`)].length, 1);
  }));

Deno.test("out link: a folder above it that becomes a link in a circle stops no gc", () =>
  withMachine(async (t) => {
    t.setup(DERIVE.replaceAll("%", "a"));
    Deno.mkdirSync(`${t.home}/project`);
    await build(t, "a", { outLink: "project/result" });
    Deno.removeSync(`${t.home}/project`, { recursive: true });
    Deno.symlinkSync("project", `${t.home}/project`);
    assert.deepEqual(await gone(t, { all: true }), ["a"]);
    assert.deepEqual([...Deno.readDirSync(`${t.machine.root}/gcroots/auto`)], []);
  }));

Deno.test("out link: it follows what is built, and replaces nothing that it has not made", () =>
  withMachine(async (t) => {
    for (const name of ["a", "b"]) {
      t.setup(DERIVE.replaceAll("%", name));
      await build(t, name, { outLink: "result" });
      assert.deepEqual(links(t), [`result ${name}`]);
    }
    assert.deepEqual(await gone(t, { all: true }), ["a"]);
    const object = Deno.readLinkSync(`${t.home}/result`);
    t.writeHome("file", "mine");
    Deno.symlinkSync(object, `${t.home}/link`);
    Deno.mkdirSync(`${t.home}/folder`);
    for (const name of ["file", "link", "folder", "nowhere/below"]) {
      await assert.rejects(build(t, "b", { outLink: name }), { kind: "usage" });
    }
    assert.equal(t.read("file"), "mine");
    // Someone has put a link of their own where ours was.
    Deno.removeSync(`${t.home}/result`);
    Deno.symlinkSync("file", `${t.home}/result`);
    await assert.rejects(build(t, "b", { outLink: "result" }), { kind: "usage" });
    assert.equal(t.read("result"), "mine");
  }));

Deno.test({
  name: "out link: root makes it in a user's folder with that user's rights",
  ignore: Deno.uid() !== 0,
  fn: () =>
    withMachine(async (t, dir) => {
      Deno.chmodSync(dir, 0o755);
      const roots = `${dir}/roots`, theirs = `${t.home}/theirs`;
      for (const folder of [roots, theirs]) Deno.mkdirSync(folder, { mode: 0o755 });
      Deno.chownSync(theirs, 4321, 4321);
      for (const name of ["a", "b"]) {
        t.setup(DERIVE.replaceAll("%", name));
        await build(t, name, { outLink: "theirs/result" });
        assert.match(Deno.readLinkSync(`${theirs}/result`), new RegExp(`/${name}-[^/]*$`));
        assert.equal(Deno.lstatSync(`${theirs}/result`).uid, 4321);
      }
      // The user puts a link to a folder of root's in its place, where root had a link of that name.
      Deno.renameSync(`${theirs}/result`, `${roots}/result`);
      Deno.removeSync(theirs);
      Deno.symlinkSync(roots, theirs);
      nodeFs.lchownSync(theirs, 4321, 4321);
      t.setup(DERIVE.replaceAll("%", "a"));
      await assert.rejects(build(t, "a", { outLink: "theirs/result" }));
      assert.match(Deno.readLinkSync(`${roots}/result`), /\/b-[^/]*$/);
    }),
});

/** A tool that is made with some noise, and a chain of what is made with it. */
function chain(noise: string, answer = "42", body = ""): string {
  return `
local tool = derive { name = "tool", config = function(_, ctx)
  ctx.log("${noise}")
  ctx.write(ctx.out .. "/answer", "${answer}")
end }
local middle = derive { name = "middle", opts = { tool = tool }, config = function(opts, ctx)
  ${body}
  ctx.write(ctx.out, ctx.read(opts.tool.out .. "/answer") .. opts.tool.out)
end }
derive { name = "top", opts = { path = middle.out }, config = function(opts, ctx)
  ctx.write(ctx.out, "top " .. ctx.read(opts.path))
end }`;
}

Deno.test("early cutoff: what is made anew and is the same does not have its users made anew", () =>
  withMachine(async (t) => {
    t.setup(chain("one"));
    assert.deepEqual(await build(t, "top"), ["tool", "middle", "top"]);
    t.setup(chain("two"));
    assert.deepEqual(await build(t, "top"), ["tool"]);
    assert.deepEqual(await build(t, "top"), []);
    t.setup(chain("three", "43"));
    assert.deepEqual(await build(t, "top"), ["tool", "middle", "top"]);
    t.setup(chain("four", "43"));
    assert.deepEqual(await build(t, "top", { check: true }), ["tool", "top"]);
    // What is looked up is kept no longer than what it leads to.
    await gone(t, { all: true });
    t.setup(chain("five", "43"));
    assert.deepEqual(await build(t, "top"), ["tool", "middle", "top"]);
  }));

Deno.test("early cutoff: there is none for what looks at how something was made", () =>
  withMachine(async (t) => {
    for (const noise of ["one", "two"]) {
      t.setup(chain(noise, "42", "ctx.log(opts.tool.hash)"));
      // The one above does not look, and gets the same.
      const expected = noise === "one" ? ["tool", "middle", "top"] : ["tool", "middle"];
      assert.deepEqual(await build(t, "top"), expected);
    }
  }));

/** A config that uses some outputs of `two`, which is made with a tool. */
function using(used: string): string {
  return `
local tool = derive { name = "tool", config = function(_, ctx) ctx.write(ctx.out, "tool") end }
local two = derive { name = "two", outputs = { "out", "dev" }, opts = { tool }, config = function(_, ctx)
  ctx.write(ctx.out, "two")
  ctx.write(ctx.outputs.dev, "for builds")
end }
${
    used.split(" ").map((name) =>
      `file { path = "~/${name}", content = "see " .. two.outputs.${name} }`
    ).join("\n")
  }`;
}

/** Applies, as a new process does; gives how much was built. */
async function applied(t: TestMachine): Promise<number> {
  t.restart();
  let built = 0;
  await t.apply({ built: () => built++ });
  return built;
}

Deno.test("snapshots keep the outputs that they use, and no others", () =>
  withMachine(async (t) => {
    t.setup(using("out"));
    assert.equal(await applied(t), 2);
    assert.deepEqual(await gone(t, { all: true }), ["tool", "two-dev"]);
    assert.equal(await applied(t), 0);
    assert.deepEqual((await status(t.machine)).drift, []);
    const [{ derivations }] = eachSnapshot(t.machine.system.fs, t.machine.root);
    assert.deepEqual(derivations.map(({ name, outputs }) => [name, Object.keys(outputs)]), [
      ["two", ["out"]],
    ]);
    // What is gone is made again where it is asked for, and the snapshot before can be gone back to.
    t.setup(using("out dev"));
    assert.equal(await applied(t), 2);
    const { signal } = new AbortController();
    const decide = () => Promise.resolve(UNDECIDED);
    await rollback(t.machine, "1", { dryRun: false, decide, signal });
    assert.equal(t.read("dev"), null);
    assert.match(t.read("out")!, /^see .*two-[^-]*$/);
    assert.deepEqual(await gone(t, { all: true, keep: 1 }), ["config", "dev", "tool", "two-dev"]);
  }));

Deno.test("snapshots that list all outputs, as older programs wrote them, are read, and keep what they use", () =>
  withMachine(async (t) => {
    t.setup(using("out"));
    await applied(t);
    const { fs } = t.machine.system;
    const [snapshot] = eachSnapshot(fs, t.machine.root);
    const outputs = { ...snapshot.derivations[0].outputs };
    const dev = Deno.readDirSync(`${t.machine.store.dir}/obj`);
    outputs.dev = [...dev].find(({ name }) => name.startsWith("two-dev"))!.name as ObjectName;
    const derivations = [{ ...snapshot.derivations[0], outputs }];
    Deno.writeTextFileSync(
      `${t.machine.root}/snapshots/1.json`,
      JSON.stringify({ ...snapshot, derivations }),
    );
    assert.deepEqual(await gone(t, { all: true }), ["tool", "two-dev"]);
    assert.equal(await applied(t), 0);
    assert.deepEqual((await status(t.machine)).drift, []);
  }));
