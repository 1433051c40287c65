import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { relative } from "node:path/posix";
import fc from "fast-check";
import type { DerivationHash } from "../../src/manifest/types.ts";
import { collectGarbage } from "../../src/store/gc.ts";
import { listObjects } from "../../src/store/list.ts";
import type { ObjectName } from "../../src/store/names.ts";
import type { Outputs } from "../../src/store/outputs.ts";
import { layoutOf } from "../../src/store/layout.ts";
import { gcRoots } from "../../src/store/roots.ts";
import { openStore } from "../../src/store/store.ts";
import { whyKept } from "../../src/store/why.ts";
import { realSystem } from "../../src/system/real.ts";
import { grow, inTemp } from "./trees.ts";

const system = realSystem();
const { fs } = system;

type Store = ReturnType<typeof openStore>;

function inStore(test: (store: Store, root: string) => void | Promise<void>) {
  return () =>
    inTemp(fs, async (folder) => {
      const root = `${folder}/root`;
      await test(openStore(system, root), root);
    });
}

function add(store: Store, name: string, references: readonly ObjectName[] = []): ObjectName {
  const text = [name, ...references.map((other) => store.pathOf(other))].join("\n");
  return store.addFile(name, Buffer.from(text), false);
}

function derivation(digit: string): DerivationHash {
  return digit.repeat(64) as DerivationHash;
}

/** A graph as a list: each object refers to some before it. */
interface Graph {
  readonly references: readonly (readonly number[])[];
  readonly roots: readonly number[];
  readonly folders: boolean;
}

const anyGraph: fc.Arbitrary<Graph> = fc.record({
  references: fc.array(fc.array(fc.nat(30), { maxLength: 4 }), { minLength: 1, maxLength: 12 }),
  roots: fc.array(fc.nat(30), { maxLength: 3 }),
  folders: fc.boolean(),
});

/** Makes the graph's objects; gives them, and which of them the roots reach. */
function plant(store: Store, graph: Graph) {
  const objects: ObjectName[] = [];
  for (const [n, to] of graph.references.entries()) {
    const references = to.filter((m) => m < n).map((m) => objects[m]);
    if (!graph.folders || n % 2 === 0) objects.push(add(store, `file-${n}`, references));
    else {
      const scratch = store.scratchPath(derivation("a"), `o${n}`, "folder", String(n));
      const text = references.join("\n");
      grow(fs, scratch, { dir: { text: { file: `${n}\n${text}` }, self: { link: scratch } } });
      const output = { scratch, name: "folder", version: String(n), candidates: objects };
      objects.push(store.register(output));
    }
  }
  const roots = graph.roots.filter((n) => n < objects.length).map((n) => objects[n]);
  const live = new Set<ObjectName>();
  const mark = (object: ObjectName) => {
    live.add(object);
    const to = graph.references[objects.indexOf(object)];
    for (const m of to) if (m < objects.indexOf(object)) mark(objects[m]);
  };
  roots.forEach(mark);
  return { objects, roots, live };
}

Deno.test("exactly the unreachable goes", async () => {
  await fc.assert(
    fc.asyncProperty(anyGraph, (graph) =>
      inStore(async (store, root) => {
        const { objects, roots, live } = plant(store, graph);
        const dead = objects.filter((object) => !live.has(object)).sort();
        const told = await collectGarbage(system, root, roots, { dryRun: true });
        assert.deepEqual(told.removed.map(({ object }) => object).sort(), dead);
        assert.deepEqual(listObjects(fs, root).map(({ object }) => object), objects.toSorted());
        const done = await collectGarbage(system, root, roots);
        assert.deepEqual(done.removed, told.removed);
        assert.deepEqual(listObjects(fs, root).map(({ object }) => object), [...live].sort());
        const records = fs.readDir(`${store.dir}/refs`).filter((name) => name !== ".files");
        assert.deepEqual(records.filter((name) => !live.has(name as ObjectName)), []);
        for (const object of live) assert.ok(store.intact(object));
        const again = await collectGarbage(system, root, roots);
        assert.deepEqual([again.removed, again.bytes], [[], 0]);
      })()),
    { numRuns: 60 },
  );
});

Deno.test("what refers goes before what is referred to, and a limit stops in between", async () => {
  await fc.assert(
    fc.asyncProperty(anyGraph, fc.nat(60), (graph, maxBytes) =>
      inStore(async (store, root) => {
        plant(store, graph);
        const { removed } = await collectGarbage(system, root, [], { maxBytes });
        const freed = removed.map(({ bytes }) => bytes);
        assert.ok(freed.slice(0, -1).reduce((sum, n) => sum + n, 0) < Math.max(maxBytes, 1));
        for (const { object, references } of listObjects(fs, root)) {
          for (const other of references) assert.ok(store.has(other), `${object} needs ${other}`);
        }
      })()),
    { numRuns: 40 },
  );
});

Deno.test(
  "derivations, logs, links and records go with their objects; leftovers go always",
  inStore(async (store, root) => {
    const [kept, gone] = ["kept", "gone"].map((name) => add(store, name));
    const [a, b, c] = ["a", "b", "c"].map(derivation);
    const built: [DerivationHash, string, Outputs][] = [
      [a, "kept", { out: kept }],
      [b, "half", { out: kept, doc: gone }],
      [c, "gone", { out: gone }],
    ];
    for (const [hash, name, outputs] of built) {
      store.recordOutputs(hash, outputs, { name, version: "1" });
      store.linkForPeople({ name, version: "1" }, outputs);
    }
    for (const name of [a, b, c, "failed"]) {
      grow(fs, `${store.dir}/log/${name}.log`, { file: "log" });
    }
    grow(fs, `${store.dir}/tmp/half-built`, { dir: { a: { dir: { b: { file: "12345" } } } } });
    fs.chmod(`${store.dir}/tmp/half-built/a`, 0o555);
    fs.chmod(`${store.dir}/obj`, 0o755);
    grow(fs, `${store.dir}/obj/.new-1`, { file: "1234" });
    grow(fs, `${store.dir}/refs/${"gone".padEnd(40, "0")}`, { file: "{}" });
    const outcome = await collectGarbage(system, root, [kept]);
    assert.deepEqual(outcome.rest, {
      derivations: 2,
      logs: 2,
      links: 2,
      roots: 0,
      leftovers: 3,
      downloads: 0,
    });
    assert.ok(outcome.bytes >= 5 + 4 + "gone".length);
    assert.deepEqual(store.outputsOf(a), { out: kept });
    // One of its outputs is of use as long as the other is not asked for.
    assert.equal(store.outputsOf(b), null);
    assert.deepEqual(store.outputsOf(b, ["out"]), { out: kept });
    assert.equal(store.outputsOf(c), null);
    assert.deepEqual(fs.readDir(`${store.dir}/drv`), [`${a}.drv`, `${b}.drv`]);
    assert.deepEqual(fs.readDir(`${store.dir}/log`), [`${a}.log`, `${b}.log`]);
    assert.deepEqual(fs.readDir(`${store.dir}/pkg`), ["half", "kept"]);
    assert.deepEqual(fs.readDir(`${store.dir}/tmp`), []);
    assert.deepEqual(fs.readDir(`${store.dir}/obj`), [kept]);
    assert.deepEqual(fs.readDir(`${store.dir}/refs`), [".files"]);
  }),
);

Deno.test(
  "entries of gcroots keep objects: links, links to links, files, in folders; stale ones go",
  inStore(async (store, root) => {
    const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((name) => add(store, name));
    grow(fs, `${root}/project`, { link: `store/obj/${b}/bin/sh` });
    grow(fs, `${root}/gcroots`, {
      dir: {
        direct: { link: store.pathOf(a) },
        indirect: { link: "../project" },
        stale: { link: "../nowhere" },
        folder: { dir: { file: { file: `{"profile":"${store.pathOf(c)}/bin"}` } } },
        loop: { link: "loop" },
        through: { link: "loop/on" },
        long: { link: `${"x".repeat(256)}/on` },
      },
    });
    const { removed, rest } = await collectGarbage(system, root, [d]);
    assert.deepEqual(removed.map(({ object }) => object), [e]);
    assert.equal(rest.roots, 1);
    assert.deepEqual(fs.readDir(`${root}/gcroots`), [
      ...["direct", "folder", "indirect", "long", "loop", "through"],
    ]);
    fs.remove(`${root}/project`);
    const second = await collectGarbage(system, root, [d]);
    assert.deepEqual(second.removed.map(({ object }) => object), [b]);
  }),
);

Deno.test(
  "entries for links that sys made are files, or links of earlier versions, and go with the links",
  inStore(async (store, root) => {
    const [a, b, c] = ["a", "b", "c"].map((name) => add(store, name));
    grow(fs, `${root}/result`, { link: store.pathOf(a) });
    grow(fs, `${root}/result 2`, { link: store.pathOf(b) });
    grow(fs, `${root}/taken`, { file: store.pathOf(c) });
    grow(fs, `${root}/gcroots`, {
      dir: {
        auto: {
          dir: {
            now: { file: `${root}/result\n` },
            earlier: { link: `${root}/result 2` },
            taken: { file: `${root}/taken\n` },
            gone: { file: `${root}/nowhere\n` },
            empty: { file: "" },
            zeros: { file: "\0".repeat(64) },
            damaged: { file: `${root}/result\0\n` },
            relative: { file: `${relative(Deno.cwd(), root)}/result\n` },
          },
        },
      },
    });
    const roots = gcRoots(fs, layoutOf(root));
    assert.deepEqual(
      roots.flatMap(({ link, objects }) => objects.length > 0 ? [[link, objects[0]]] : []),
      [[`${root}/result 2`, b], [`${root}/result`, a]],
    );
    const { removed } = await collectGarbage(system, root, []);
    assert.deepEqual(removed.map(({ object }) => object), [c]);
    assert.deepEqual(fs.readDir(`${root}/gcroots/auto`), ["earlier", "now"]);
  }),
);

Deno.test(
  "a record that is lost is made again from its object, and keeps what it kept",
  inStore(async (store, root) => {
    const a = add(store, "a");
    const b = add(store, "b", [a]);
    const twin = store.addFile("twin", fs.readFile(store.pathOf(a)), false);
    const record = Deno.readTextFileSync(`${store.dir}/refs/${b}`);
    const edited = record.replace(`"references":["${a}"]`, '"references":[]');
    const damages = ["", "{", "[]", '{"version":1,"references":[]}', '{"version":2}', edited, null];
    for (const damage of damages) {
      fs.remove(`${store.dir}/refs/${b}`);
      if (damage !== null) grow(fs, `${store.dir}/refs/${b}`, { file: damage });
      assert.deepEqual((await collectGarbage(system, root, [b])).removed, [], String(damage));
      for (const object of [a, b, twin]) assert.ok(store.has(object));
      assert.equal(whyKept(fs, root, a, [{ name: "it", objects: [b] }]).length, 1);
      if (damage === null) grow(fs, `${store.dir}/refs/${b}`, { file: "" });
    }
  }),
);

Deno.test(
  "a record that is lost with its content stops it before anything goes",
  inStore(async (store, root) => {
    const a = add(store, "a");
    const b = add(store, "b", [a]);
    const c = add(store, "c");
    fs.chmod(store.pathOf(b), 0o644);
    Deno.writeTextFileSync(store.pathOf(b), "damaged");
    fs.remove(`${store.dir}/refs/${b}`);
    for (const damage of ["", '{"version":1,"references":[]}']) {
      grow(fs, `${store.dir}/refs/${b}`, { file: damage });
      await assert.rejects(collectGarbage(system, root, [b]), {
        kind: "store",
        message: new RegExp(`Cannot tell what ${b} needs`),
      });
      for (const object of [a, b, c]) assert.ok(store.has(object));
      fs.remove(`${store.dir}/refs/${b}`);
    }
  }),
);

Deno.test(
  "a name that the runtime can't see stops neither this collection nor the next",
  inStore(async (store, root) => {
    add(store, "a");
    const hidden = `${store.dir}/tmp/build`;
    grow(fs, hidden, { dir: { seen: { file: "1" } } });
    const sh = (script: string) =>
      new Deno.Command("sh", { args: ["-c", script, "sh", hidden] }).outputSync().success;
    // Where a file system refuses such names there is nothing to see.
    if (!sh(`: > "$1/$(printf 'bad\\377')"`)) return;
    for (let round = 0; round < 2; round++) {
      const { rest } = await collectGarbage(system, root, []);
      assert.equal(rest.leftovers, 1);
      assert.deepEqual(listObjects(fs, root), []);
    }
    assert.ok(sh('rm -r "$1"'));
  }),
);

Deno.test(
  "folders and logs of builds that have failed a moment ago stay",
  inStore(async (store, root) => {
    add(store, "a");
    grow(fs, `${store.dir}/tmp/failed`, { dir: { old: { dir: {} }, young: { dir: {} } } });
    for (const name of ["old", "young"]) grow(fs, `${store.dir}/log/${name}.log`, { file: "log" });
    for (const path of ["tmp/failed/old", "log/old.log"]) fs.utime(`${store.dir}/${path}`, 1000);
    await collectGarbage(system, root, [], { failedSince: 1500 });
    assert.deepEqual(fs.readDir(`${store.dir}/tmp/failed`), ["young"]);
    assert.deepEqual(fs.readDir(`${store.dir}/log`), ["young.log"]);
    await collectGarbage(system, root, []);
    assert.deepEqual(fs.readDir(`${store.dir}/tmp`), []);
    assert.deepEqual(fs.readDir(`${store.dir}/log`), []);
  }),
);

Deno.test(
  "a file with other names frees nothing",
  inStore(async (store, root) => {
    const object = add(store, "shared");
    fs.link(store.pathOf(object), `${root}/outside`);
    assert.equal((await collectGarbage(system, root, [])).bytes, 0);
  }),
);

Deno.test("a store that does not exist has no garbage", () =>
  inTemp(fs, async (folder) => {
    const { removed } = await collectGarbage(system, `${folder}/root`, []);
    assert.deepEqual(removed, []);
    assert.deepEqual(fs.readDir(folder), []);
  }));

Deno.test(
  "why an object is kept: the shortest path from each root",
  inStore((store, root) => {
    const a = add(store, "a");
    const b = add(store, "b", [a]);
    const c = add(store, "c", [b]);
    const d = add(store, "d", [c, a]);
    const roots = [{ name: "snapshot 1", objects: [c] }, { name: "snapshot 2", objects: [b, d] }, {
      name: "snapshot 3",
      objects: [],
    }];
    assert.deepEqual(whyKept(fs, root, a, roots), [
      { root: "snapshot 1", path: [c, b, a] },
      { root: "snapshot 2", path: [b, a] },
    ]);
    assert.deepEqual(whyKept(fs, root, d, roots), [{ root: "snapshot 2", path: [d] }]);
    assert.deepEqual(whyKept(fs, root, d, []), []);
  }),
);

Deno.test(
  "a collection lists the objects once",
  inStore(async (store, root) => {
    add(store, "one");
    const listed: string[] = [];
    const readDir = (path: string) => (listed.push(path), fs.readDir(path));
    const noting = { ...system, fs: Object.create(fs, { readDir: { value: readDir } }) };
    await collectGarbage(noting, root, []);
    assert.deepEqual(listed.filter((path) => path === `${store.dir}/obj`), [`${store.dir}/obj`]);
  }),
);
