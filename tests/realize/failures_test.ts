import assert from "node:assert/strict";
import { dirname } from "node:path";
import { collectGarbage } from "../../src/store/gc.ts";
import { type Config, failureOf, text, World } from "./support.ts";

const writes = (content: string): Config =>
  function* ({ outputs }) {
    yield ["write", outputs.out, content];
  };
const fails = (code: number): Config =>
  function* ({ outputs, tmp }) {
    yield ["write", `${tmp}/notes`, "what it had done"];
    yield ["write", `${outputs.out}/half`, "half of it"];
    yield ["chmod", outputs.out, 0o555];
    yield ["run", `exit ${code}`, null, {}];
  };

Deno.test("keep going: what does not need a failure is built, and all failures are told", async () => {
  using world = new World();
  const bad = world.derive("bad", fails(3));
  const worse = world.derive("worse", fails(4));
  const above = world.derive("above", writes(""), { dependencies: [bad.hash] });
  const top = world.derive("top", writes(""), { dependencies: [above.hash, worse.hash] });
  const good = world.derive("good", writes("good"));
  const high = world.derive("high", writes("high"), { dependencies: [good.hash] });
  const error = await failureOf(() =>
    world.realize([top, high, bad], { jobs: 1, keepGoing: true })
  );
  assert.equal(error.message, "Cannot build 2 of 6 derivations: bad, worse");
  assert.deepEqual(error.notes, ["not tried, since they need one that failed: above, top"]);
  assert.match(error.causes[0].message, /^Cannot build bad: .*code 3/);
  assert.match(error.causes[1].message, /^Cannot build worse: .*code 4/);
  assert.ok(world.store.outputsOf(high.hash));
  assert.deepEqual(world.leftovers(), []);
});

Deno.test("keep going: a single failure is told as without it, with what it kept from being tried", async () => {
  using world = new World();
  const bad = world.derive("bad", fails(3));
  const above = world.derive("above", writes(""), { dependencies: [bad.hash] });
  const error = await failureOf(() => world.realize([above], { keepGoing: true }));
  assert.match(error.message, /^Cannot build bad: .*code 3/);
  assert.equal(error.notes.at(-1), "not tried, since they need one that failed: above");
  assert.equal((await world.realize([], { keepGoing: true })).size, 0);
});

Deno.test("keep going: Ctrl-C ends all of it, and is what is told", async () => {
  using world = new World();
  const stopped = new AbortController();
  const bad = world.derive("bad", fails(3));
  const slow = world.derive("slow", function* () {
    yield ["run", "sleep 60", null, {}];
  });
  const observer = ({ kind }: { kind: string }) => {
    if (kind === "failed") stopped.abort(new Error("stopped"));
  };
  const realizing = world.realize([slow, bad], {
    jobs: 2,
    keepGoing: true,
    signal: stopped.signal,
    observer,
  });
  await assert.rejects(realizing, /stopped/);
});

for (const sandbox of ["off", "auto"] as const) {
  Deno.test(`keep failed, sandbox ${sandbox}: the folder of a build that fails stays until gc takes it`, async () => {
    using world = new World();
    const bad = world.derive("bad", fails(3));
    const kept = async () => {
      const error = await failureOf(() => world.realize([bad], { sandbox, keepFailed: true }));
      return /^its folder is kept: (.*)$/.exec(error.notes.at(-1)!)![1];
    };
    const first = await kept();
    const second = await kept();
    assert.notEqual(first, second);
    for (const folder of [first, second]) {
      assert.equal(text(`${folder}/tmp/notes`), "what it had done");
      assert.equal(text(`${folder}/outputs/out/half`), "half of it");
    }
    assert.deepEqual(world.leftovers(), ["failed"]);
    const root = dirname(world.store.dir);
    const collect = (failedSince?: number) =>
      collectGarbage(world.system, root, [], failedSince === undefined ? {} : { failedSince });
    const time = Math.floor(world.system.clock.now().getTime() / 1000);
    await collect(time - 3600);
    assert.equal(text(`${first}/tmp/notes`), "what it had done");
    world.system.fs.utime(first, time - 7200);
    await collect(time - 3600);
    assert.deepEqual([...Deno.readDirSync(`${world.store.dir}/tmp/failed`)].length, 1);
    await collect();
    assert.deepEqual(world.leftovers(), []);
  });
}

Deno.test("a long command is told once, in a few words, and is whole in the log", async () => {
  using world = new World();
  const long = `true ${"a long argument ".repeat(20)}`;
  const script = `${long}\necho oops\nexit 3`;
  const bad = world.derive("bad", function* () {
    yield ["run", long, null, {}];
    yield ["run", script, null, {}];
  });
  const error = await failureOf(() => world.realize([bad]));
  const words = `${long.slice(0, 72)} …`;
  assert.equal(error.message, `Cannot build bad: Cannot run ${words}: it ended with code 3`);
  assert.deepEqual(error.notes.slice(-2), [`$ ${words}`, "oops"]);
  assert.ok(text(`${world.store.dir}/log/${bad.hash}.log`).includes(`$ ${script}\noops\n`));
});
