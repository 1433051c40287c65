import assert from "node:assert/strict";
import { type Digest, sha256, shortHash, toDigest } from "../../src/digest.ts";
import { outputPlaceholder, sourcePlaceholder } from "../../src/manifest/placeholder.ts";
import type { DerivationHash, Source } from "../../src/manifest/types.ts";
import { hashTree } from "../../src/store/nar.ts";
import { type Config, failureOf, text, World } from "./support.ts";

const writes = (content: string): Config =>
  function* ({ outputs }) {
    yield ["write", outputs.out, content];
  };

Deno.test("realize: dependencies come first, and their paths are filled in", async () => {
  using world = new World();
  const low = world.derive("low", writes("low"));
  const high = world.derive("high", function* ({ outputs }) {
    yield ["write", outputs.out, `uses ${outputPlaceholder(low.hash, "out")}`];
  }, { dependencies: [low.hash] });
  const made = await world.realize([high]);
  const { out } = made.get(high.hash)!;
  const lowObject = world.store.outputsOf(low.hash)!.out;
  assert.equal(text(world.store.pathOf(out)), `uses ${world.store.pathOf(lowObject)}`);
  assert.deepEqual(world.store.references(out), [lowObject]);
  const order = world.events.filter(({ kind }) => kind === "started" || kind === "finished");
  assert.deepEqual(order.map(({ kind, derivation }) => `${kind} ${derivation.name}`), [
    "started low",
    "finished low",
    "started high",
    "finished high",
  ]);
  assert.deepEqual(world.leftovers(), []);
});

Deno.test("realize: what is realized is not built again, nor what it was made with", async () => {
  using world = new World();
  const low = world.derive("low", writes("low"));
  const high = world.derive("high", writes("high"), { dependencies: [low.hash] });
  const first = await world.realize([high]);
  // Without its record the lower one would have to be built, were it needed.
  Deno.removeSync(`${world.store.dir}/drv-out/${low.hash}`);
  world.events.length = 0;
  assert.deepEqual(await world.realize([high]), first);
  assert.deepEqual(world.events.map(({ kind }) => kind), ["cached"]);
});

Deno.test("realize: an error says which lines declare the derivation", async () => {
  const place = { file: "lib.lua", line: 3 };
  const callers = [{ file: "init.lua", line: 12 }];
  for (
    const [more, expected] of [
      [{ place, callers }, ["declared at lib.lua:3", "called at init.lua:12"]],
      [{ place }, ["declared at lib.lua:3"]],
      // The error shows that line itself.
      [{ place: { file: "init.lua", line: 9 } }, []],
    ] as const
  ) {
    using world = new World();
    const error = await failureOf(() =>
      world.build(
        function* () {
          yield ["read", "nothing"];
        },
        {},
        more,
      )
    );
    assert.match(error.message, /^Cannot build thing0: /);
    assert.equal(error.place?.line, 9);
    const told = error.notes.filter((note) => /^(declared|called) at/.test(note));
    assert.deepEqual(told, expected);
  }
});

Deno.test("realize: tools of a dependency are on PATH", async () => {
  using world = new World();
  const tool = world.derive("tool", function* ({ outputs }) {
    yield ["write", `${outputs.out}/bin/greet`, "#!/bin/sh\necho hi from $0\n", {
      executable: true,
    }];
  });
  const user = world.derive("user", function* ({ outputs }) {
    yield ["write", outputs.out, yield ["run", "greet", null, {}]];
  }, { dependencies: [tool.hash] });
  for (const sandbox of ["off", "auto"] as const) {
    const made = await world.realize([user], { sandbox });
    const path = world.store.pathOf(world.store.outputsOf(tool.hash)!.out);
    assert.equal(text(world.store.pathOf(made.get(user.hash)!.out)), `hi from ${path}/bin/greet\n`);
    Deno.removeSync(`${world.store.dir}/drv-out/${user.hash}`);
  }
});

Deno.test("realize: independent builds run side by side, dependent ones do not", async () => {
  using world = new World();
  // Each of the two waits until the other has started: one after the other would never end.
  const meet = (own: string, other: string): Config =>
    function* ({ outputs }) {
      Deno.writeTextFileSync(`${world.path}/${own}`, "");
      const wait =
        `for n in $(seq 200); do [ -e ${world.path}/${other} ] && exit; sleep 0.05; done; exit 9`;
      yield ["run", wait, null, {}];
      yield ["write", outputs.out, own];
    };
  const a = world.derive("a", meet("a", "b"));
  const b = world.derive("b", meet("b", "a"));
  const top = world.derive("top", writes("top"), { dependencies: [a.hash, b.hash] });
  await world.realize([top], { jobs: 2 });
  const starts = world.events.filter(({ kind }) => kind === "started" || kind === "finished");
  assert.equal(starts.at(-2)!.derivation.name, "top");
});

Deno.test("realize: with one job programs run one after the other", async () => {
  using world = new World();
  const alone = (name: string) =>
    world.derive(name, function* ({ outputs }) {
      const lock = `${world.path}/running`;
      yield ["run", `mkdir ${lock} && sleep 0.05 && rmdir ${lock}`, null, {}];
      yield ["write", outputs.out, name];
    });
  const all = ["a", "b", "c", "d"].map(alone);
  assert.equal((await world.realize(all, { jobs: 1 })).size, 4);
});

Deno.test("realize: the first failure ends the others and is the one that is told", async () => {
  using world = new World();
  const slow = world.derive("slow", function* () {
    yield ["run", "echo going; sleep 60", null, {}];
  });
  const bad = world.derive("bad", function* () {
    // Fails only once the other is under way.
    const log = `${world.store.dir}/log/${slow.hash}.log`;
    yield [
      "run",
      `for n in $(seq 200); do grep -q going ${log} && exit 7; sleep 0.05; done`,
      null,
      {},
    ];
  });
  const above = world.derive("above", writes(""), { dependencies: [bad.hash] });
  const error = await failureOf(() => world.realize([slow, above]));
  assert.match(error.message, /^Cannot build bad: .*code 7/);
  assert.deepEqual(
    world.events.filter(({ kind }) => kind === "failed").map((e) => e.derivation.name),
    ["bad"],
  );
  assert.equal(world.store.outputsOf(slow.hash), null);
  assert.deepEqual(world.leftovers(), []);
});

Deno.test("realize: an output that was not made is named", async () => {
  using world = new World();
  const thing = world.derive("thing", writes("x"), { outputs: ["out", "man"] });
  const error = await failureOf(() => world.realize([thing]));
  assert.match(error.message, /Cannot build thing: it did not make the output "man"/);
  assert.match(error.hint!, /ctx\.outputs\.man/);
  assert.deepEqual(error.place, thing.place);
  assert.deepEqual(world.leftovers(), []);
});

Deno.test("realize: outputs may name themselves and each other", async () => {
  using world = new World();
  const thing = world.derive("thing", function* ({ outputs }) {
    yield ["write", `${outputs.out}/self`, outputs.out];
    yield ["write", `${outputs.out}/lib`, outputs.lib];
    yield ["write", outputs.lib, "lib"];
  }, { outputs: ["out", "lib"], version: "1.2" });
  const { out, lib } = (await world.realize([thing])).get(thing.hash)!;
  const path = world.store.pathOf(out);
  assert.match(out, /^thing-1\.2-/);
  assert.match(lib, /^thing-lib-1\.2-/);
  assert.equal(text(`${path}/self`), path);
  assert.equal(text(`${path}/lib`), world.store.pathOf(lib));
  assert.deepEqual(world.store.references(out), [lib]);
});

Deno.test("realize: sources are imported, and refused when they have changed", async () => {
  using world = new World();
  const path = `${world.path}/script`;
  Deno.writeTextFileSync(path, "content");
  const id = shortHash(hashTree(world.system.fs, path));
  const source: Source = { id, name: "script", root: "config", path: "script" };
  world.sources.set(source, path);
  const thing = world.derive("thing", function* ({ outputs }) {
    yield ["copy", sourcePlaceholder(id), outputs.out];
  }, { sources: [id] });
  const made = await world.realize([thing]);
  assert.equal(text(world.store.pathOf(made.get(thing.hash)!.out)), "content");

  using other = new World();
  other.sources.set(source, path);
  const again = other.derive("thing", writes(""), { sources: [id] });
  Deno.writeTextFileSync(path, "changed");
  assert.equal((await failureOf(() => other.realize([again]))).kind, "store");
});

Deno.test("realize: a fixed output is checked, told when empty, and never stored when wrong", async () => {
  using world = new World();
  const declare = (fixed: Digest | "") =>
    world.derive(`thing${world.derivations.length}`, writes("content"), { fixed });
  const empty = await failureOf(() => world.realize([declare("")]));
  const digest = /sha256-[A-Za-z0-9+/=]+/.exec(empty.message)![0] as Digest;
  const wrong = `sha256-${"A".repeat(43)}=` as Digest;
  const mismatch = await failureOf(() => world.realize([declare(wrong)]));
  const said = [mismatch.message, ...mismatch.notes].join("\n");
  assert.ok(said.includes(digest) && said.includes(wrong), said);
  const flat = toDigest("sha256", sha256("content"));
  const other = await failureOf(() => world.realize([declare(flat)]));
  assert.match(other.hint!, /^what was expected is the hash of the file's bytes/);
  assert.deepEqual([...Deno.readDirSync(`${world.store.dir}/obj`)], []);
  const right = declare(digest);
  const made = await world.realize([right]);
  assert.equal(text(world.store.pathOf(made.get(right.hash)!.out)), "content");
});

Deno.test("check: a build that repeats is fine, one that differs is told by file", async () => {
  using world = new World();
  let round = 0;
  const same = world.derive("same", function* ({ outputs }) {
    yield ["write", `${outputs.out}/self`, outputs.out];
  });
  const differs = world.derive("differs", function* ({ outputs }) {
    round++;
    yield ["write", `${outputs.out}/self`, outputs.out];
    yield ["write", `${outputs.out}/deep/date`, `built in round ${round}`];
    yield ["write", `${outputs.out}/only${round}`, ""];
    yield ["symlink", `to${round}`, `${outputs.out}/link`];
  });
  await world.realize([same], { check: true });
  const folders: string[] = [];
  const place = world.derive("place", function* ({ outputs, tmp }) {
    folders.push(tmp, outputs.out);
    yield ["write", outputs.out, ""];
  });
  await world.realize([place], { check: true });
  assert.equal(new Set(folders).size, 4);
  const first = (await world.realize([differs])).get(differs.hash);
  const error = await failureOf(() => world.realize([differs], { check: true }));
  assert.match(error.message, /Cannot repeat the build of differs/);
  const [one, two, ...notes] = error.notes;
  assert.equal(one, `first:  ${world.store.pathOf(first!.out)}`);
  const second = /^second: (\S+) \(until the next `sys gc`\)$/.exec(two)![1];
  assert.equal(text(`${second}/deep/date`), "built in round 2");
  assert.deepEqual(notes, [
    'deep/date differs at byte 15, in line 1: "built in round 1", then "built in round 2"',
    "link leads to to1, then to to2",
    "only1 is only in the first build",
    "only2 is only in the second build",
  ]);
  assert.deepEqual(world.store.outputsOf(differs.hash), first);
});

Deno.test("check: a date that is in the output shows, however short the build is", async () => {
  using world = new World();
  const dated = world.derive("dated", function* ({ outputs }) {
    yield ["write", outputs.out, yield ["run", "date +%s", null, {}]];
  });
  const error = await failureOf(() => world.realize([dated], { check: true }));
  assert.match(
    error.notes[2],
    /^the output itself differs at byte \d+, in line 1: "\d+", then "\d+"$/,
  );
});

Deno.test("realize: a cache elsewhere is asked before anything is built", async () => {
  using world = new World();
  const low = world.derive("low", writes("low"));
  const high = world.derive("high", writes("high"), { dependencies: [low.hash] });
  const out = world.store.addFile("high", new TextEncoder().encode("from a cache"), false);
  const made = await world.realize([high], {
    substitute: (derivation) => Promise.resolve(derivation.name === "high" ? { out } : null),
  });
  assert.equal(made.get(high.hash)!.out, out);
  assert.deepEqual(world.events.map(({ kind }) => kind), ["cached"]);
});

Deno.test("realize: a hundred derivations in a chain and a hundred beside each other", async () => {
  using world = new World();
  let above: DerivationHash[] = [];
  for (let n = 0; n < 100; n++) {
    above = [world.derive(`chain${n}`, writes(`${n}`), { dependencies: above }).hash];
  }
  const wide = Array.from(
    { length: 100 },
    (_, n) => world.derive(`wide${n}`, writes(`w${n}`)).hash,
  );
  const top = world.derive("top", writes("top"), { dependencies: [...above, ...wide] });
  await world.realize([top]);
  assert.equal(world.events.filter(({ kind }) => kind === "finished").length, 201);
});

Deno.test("realize: a name that is not UTF-8 is refused, since it would not be part of the hash", async () => {
  using world = new World();
  const odd = world.derive("odd", function* (facts) {
    yield ["mkdir", facts.outputs.out];
    yield ["run", `touch "${facts.outputs.out}/$(printf 'a\\377b')"`, null, {}];
  });
  await assert.rejects(world.realize([odd]), /a name is not UTF-8/);
  assert.equal(world.store.outputsOf(odd.hash), null);
});
