import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { SysError } from "../../src/errors.ts";
import type { DerivationHash } from "../../src/manifest/types.ts";
import { collectGarbage } from "../../src/store/gc.ts";
import { layoutOf } from "../../src/store/layout.ts";
import { objectNames } from "../../src/store/list.ts";
import { mendObject } from "../../src/store/mend.ts";
import { isObjectName, type ObjectName } from "../../src/store/names.ts";
import { optimise } from "../../src/store/optimise.ts";
import { openStore } from "../../src/store/store.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { Crash, type Fault, faultySystem } from "../../src/system/faulty.ts";
import type { System } from "../../src/system/mod.ts";
import { realSystem } from "../../src/system/real.ts";
import { fell, grow, inTemp } from "./trees.ts";

const real = realSystem();
const { fs } = real;
const DRV = "d".repeat(64) as DerivationHash;

interface Job {
  readonly what: string;
  /** Done on the real system, once or again. */
  prepare(root: string): void;
  /** What may be struck. */
  run(system: System, root: string): unknown;
}

function makeScratch(root: string) {
  const store = openStore(real, root);
  store.addFile("known", Buffer.from("known"), false);
  const scratch = store.scratchPath(DRV, "out", "built", "1");
  fell(fs, scratch);
  grow(fs, scratch, {
    dir: {
      bin: { dir: { run: { file: `${scratch}/lib`, mode: 0o755 }, link: { link: scratch } } },
      twin: { file: "twin" },
      text: { file: store.pathOf(store.nameOfFile("known", Buffer.from("known"), false)) },
    },
  });
  fs.link(`${scratch}/twin`, `${scratch}/bin/twin`);
  fs.link(`${scratch}/text`, `${root}/outside-${real.fs.readDir(root).length}`);
}

const JOBS: Job[] = [
  {
    what: "adding files",
    prepare: () => {},
    run: (system, root) => {
      const store = openStore(system, root);
      const a = store.addFile("a", Buffer.from("a"), false);
      store.addFile("b", Buffer.from(store.pathOf(a)), true);
    },
  },
  {
    what: "adding many files",
    prepare: () => {},
    run: (system, root) =>
      openStore(system, root).addFiles(Array.from({ length: 17 }, (_, n) => ({
        name: "one-of-many",
        content: Buffer.from(`content ${n}`),
        executable: n % 2 === 0,
      }))),
  },
  {
    what: "adding a folder",
    prepare: (root) => {
      if (fs.lstat(`${root}-mine`) !== null) return;
      grow(fs, `${root}-mine`, {
        dir: { a: { file: "a" }, b: { dir: { c: { file: "", mode: 0o700 } } }, d: { link: "x" } },
      });
    },
    run: (system, root) => openStore(system, root).addTree("mine", `${root}-mine`),
  },
  {
    what: "registering an output",
    prepare: makeScratch,
    run: (system, root) => {
      const store = openStore(system, root);
      const known = store.nameOfFile("known", Buffer.from("known"), false);
      const scratch = store.scratchPath(DRV, "out", "built", "1");
      const output = { scratch, name: "built", version: "1", candidates: [known] };
      const object = store.register(output);
      store.recordOutputs(DRV, { out: object }, { name: "built", version: "1" });
    },
  },
];

async function problemsOf(root: string) {
  return await verifyObjects(real, root);
}

for (const job of JOBS) {
  for (const when of ["before", "after"] as const) {
    // A machine that dies leaves files open.
    const options = { sanitizeResources: when === "before" };
    Deno.test(
      `${job.what}: dying ${when} any operation leaves whole objects`,
      options,
      () =>
        inTemp(fs, async (folder) => {
          const whole = `${folder}/whole`;
          job.prepare(whole);
          const counting = faultySystem(real, { at: 0, when });
          job.run(counting.system, whole);
          const expected = objectNames(fs, layoutOf(whole));
          const operations = counting.operations();
          assert.ok(operations > 10);
          for (let at = 1; at <= operations; at++) {
            const root = `${folder}/${at}`;
            job.prepare(root);
            const { system } = faultySystem(real, { at, when });
            assert.throws(() => job.run(system, root), Crash);
            assert.deepEqual(await problemsOf(root), [], `at ${at}`);
            job.prepare(root);
            job.run(real, root);
            assert.deepEqual(await problemsOf(root), [], `at ${at}, again`);
            // Self references differ from root to root, and so do the names of what has them.
            assert.equal(objectNames(fs, layoutOf(root)).length, expected.length);
            const { removed } = await collectGarbage(real, root, objectNames(fs, layoutOf(root)));
            assert.deepEqual(removed, []);
            assert.deepEqual(fs.readDir(`${root}/store/tmp`), []);
            fell(fs, root);
          }
        }),
    );
  }

  Deno.test(`${job.what}: a full disk is an error that says so, and leaves nothing behind`, () =>
    inTemp(fs, async (folder) => {
      job.prepare(`${folder}/whole`);
      const counting = faultySystem(real, { at: 0, when: "before" });
      job.run(counting.system, `${folder}/whole`);
      for (let at = 1; at <= counting.operations(); at++) {
        const root = `${folder}/${at}`;
        job.prepare(root);
        const fault: Fault = { at, when: "before", code: "ENOSPC" };
        const { system } = faultySystem(real, fault);
        try {
          job.run(system, root);
          // Where the operation was one that cleans up.
        } catch (thrown) {
          assert.ok(thrown instanceof SysError, String(thrown));
          assert.equal(thrown.kind, "store", thrown.message);
          assert.match(thrown.message, /^Cannot write to the store: the disk is full \(/);
          assert.match(thrown.hint ?? "", /sys gc/);
        }
        assert.deepEqual(await problemsOf(root), [], `at ${at}`);
        const scratch = openStore(real, root).scratchPath(DRV, "out", "built", "1");
        const left = fs.lstat(`${root}/store/tmp`) ? fs.readDir(`${root}/store/tmp`) : [];
        assert.deepEqual(left.filter((name) => !scratch.endsWith(name)), [], `at ${at}`);
        const there = fs.lstat(`${root}/store/obj`) ? fs.readDir(`${root}/store/obj`) : [];
        assert.deepEqual(there.filter((name) => !isObjectName(name)), [], `at ${at}`);
        fell(fs, root);
      }
    }));
}

/** A store with a chain of objects; gives those that shall stay. */
function chain(root: string): ObjectName[] {
  makeScratch(root);
  const store = openStore(real, root);
  const known = store.nameOfFile("known", Buffer.from("known"), false);
  const scratch = store.scratchPath(DRV, "out", "built", "1");
  const built = store.register({ scratch, name: "built", version: "1", candidates: [known] });
  store.recordOutputs(DRV, { out: built }, { name: "built", version: "1" });
  const text = `${store.pathOf(built)} ${store.pathOf(known)}`;
  store.addFile("top", Buffer.from(text), false);
  const kept = store.addFile("kept", Buffer.from("kept"), false);
  return [store.addFile("keeps", Buffer.from(store.pathOf(kept)), false), kept];
}

for (const when of ["before", "after"] as const) {
  // A machine that dies leaves files open.
  const options = { sanitizeResources: false };
  Deno.test(
    `collecting garbage: dying ${when} any operation leaves a whole store`,
    options,
    () =>
      inTemp(fs, async (folder) => {
        const [keeps] = chain(`${folder}/whole`);
        const counting = faultySystem(real, { at: 0, when });
        await collectGarbage(counting.system, `${folder}/whole`, [keeps]);
        const operations = counting.operations();
        assert.ok(operations > 15);
        for (let at = 1; at <= operations; at++) {
          const root = `${folder}/${at}`;
          const live = chain(root);
          const [keeps] = live;
          const { system } = faultySystem(real, { at, when });
          await assert.rejects(collectGarbage(system, root, [keeps]), Crash);
          assert.deepEqual(await problemsOf(root), [], `at ${at}`);
          const store = openStore(real, root);
          const outputs = store.outputsOf(DRV);
          if (outputs) {
            for (const object of store.closure([outputs.out])) assert.ok(store.has(object));
          }
          await collectGarbage(real, root, [keeps]);
          assert.deepEqual(objectNames(fs, layoutOf(root)), live.toSorted());
          for (const part of ["drv", "drv-out", "pkg", "tmp"]) {
            assert.deepEqual(fs.readDir(`${root}/store/${part}`), [], part);
          }
          fell(fs, root);
        }
      }),
  );

  Deno.test(
    `optimising: dying ${when} any operation changes no content`,
    options,
    () =>
      inTemp(fs, async (folder) => {
        const plant = (root: string) => {
          const store = openStore(real, root);
          store.addFile("same", Buffer.from("same"), false);
          grow(fs, `${root}/tree`, {
            dir: { a: { file: "same" }, b: { dir: { c: { file: "same" } } } },
          });
          store.addTree("tree", `${root}/tree`);
        };
        plant(`${folder}/whole`);
        const counting = faultySystem(real, { at: 0, when });
        optimise(counting.system.fs, `${folder}/whole`);
        assert.ok(counting.operations() > 8);
        for (let at = 1; at <= counting.operations(); at++) {
          const root = `${folder}/${at}`;
          plant(root);
          const { system } = faultySystem(real, { at, when });
          assert.throws(() => optimise(system.fs, root), Crash);
          const all = objectNames(fs, layoutOf(root));
          assert.deepEqual((await collectGarbage(real, root, all)).removed, []);
          assert.deepEqual(openStore(real, root).changed(all), []);
          for (const problem of await problemsOf(root)) {
            assert.equal(problem.kind, "form", problem.problem);
            assert.ok(mendObject(fs, root, problem));
          }
          optimise(fs, root);
          assert.deepEqual(await problemsOf(root), []);
          fell(fs, root);
        }
      }),
  );
}
