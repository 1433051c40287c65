/** The power fails while something is stored: what was stored before is whole, and what counts as stored is too. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { flushNames } from "../../src/journeys/flush_names.ts";
import type { DerivationHash } from "../../src/manifest/types.ts";
import type { ObjectName } from "../../src/store/names.ts";
import { openStore } from "../../src/store/store.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { Crash, faultySystem } from "../../src/system/faulty.ts";
import type { MemorySystem } from "../../src/system/memory/memory.ts";
import { NAMES, NOTHING, random, type Survivors } from "../../src/system/memory/survivors.ts";
import type { System } from "../../src/system/mod.ts";
import { inMemory } from "../support/memory.ts";
import { fell, grow } from "./trees.ts";

const ROOT = "/home/root";
const DRV = "d".repeat(64) as DerivationHash;
const LEFT: readonly (readonly [string, Survivors])[] = [
  ["nothing", NOTHING],
  ["names", NAMES],
  ...Array.from({ length: 6 }, (_, n) => [`chance ${n}`, random(n + 1)] as const),
];

/** Ways into the store; each gives what it has stored. */
const WAYS: Readonly<Record<string, (system: System) => ObjectName>> = {
  "a file": (system) => openStore(system, ROOT).addFile("a", Buffer.from("a"), true),
  "a file that refers to another": (system) => {
    const store = openStore(system, ROOT);
    const first = store.addFile("first", Buffer.from("first"), false);
    return store.addFile("second", Buffer.from(store.pathOf(first)), false);
  },
  "a file that is copied": (system) => openStore(system, ROOT).addTree("file", "/source/file"),
  "a folder": (system) => openStore(system, ROOT).addTree("source", "/source"),
  "many files, the last of which refers to one before it": (system) => {
    const store = openStore(system, ROOT);
    const files = Array.from({ length: 20 }, (_, n) => ({
      name: `${n}`,
      content: Buffer.from(`content ${n}`),
      executable: false,
    }));
    const content = Buffer.from(store.pathOf(store.nameOfFile("7", files[7].content, false)));
    return store.addFiles([...files, { name: "last", content, executable: true }]).at(-1)!;
  },
  "many copies": (system) => {
    const names = Array.from({ length: 20 }, (_, n) => `copy-${n}`);
    const trees = names.map((name) => ({ name, path: "/source/file" }));
    return openStore(system, ROOT).addTrees([...trees, { name: "all", path: "/source" }]).at(-1)!;
  },
  "an output": (system) => {
    const store = openStore(system, ROOT);
    const known = store.addFile("known", Buffer.from("known"), false);
    const scratch = store.scratchPath(DRV, "out", "built", "1");
    fell(system.fs, scratch);
    grow(system.fs, scratch, {
      dir: {
        bin: { dir: { run: { file: `${scratch}/lib`, mode: 0o755 } } },
        k: { file: store.pathOf(known) },
      },
    });
    const object = store.register({ scratch, name: "built", version: "1", candidates: [known] });
    store.recordOutputs(DRV, { out: object }, { name: "built", version: "1" });
    return object;
  },
};

/** Ways whose content is not flushed: that of folders. */
const UNFLUSHED = new Set(["a folder", "an output"]);

function prepared(): MemorySystem {
  const system = inMemory();
  system.fs.mkdir("/home", 0o755);
  grow(system.fs, "/source", { dir: { file: { file: "content" }, link: { link: "file" } } });
  return inMemory(system.fs.disk.copy());
}

/** What is wrong with contents. Records, times and permissions are made again from the object, and what it refers to
 * is stored again with it. */
async function damageOf(system: System) {
  return (await verifyObjects(system, ROOT))
    .filter(({ kind }) => !["record", "form", "missing"].includes(kind));
}

for (const [way, store] of Object.entries(WAYS)) {
  Deno.test(`power cut: ${way} that was stored is there, with what it refers to`, async () => {
    for (const [left, survivors] of LEFT) {
      const system = prepared();
      const object = store(system);
      flushNames({ system, root: ROOT });
      const references = openStore(system, ROOT).references(object);
      system.fs.disk.powerCut(survivors);
      const after = openStore(system, ROOT);
      assert.ok(after.has(object), left);
      assert.deepEqual(after.references(object), references, left);
      if (!UNFLUSHED.has(way)) assert.deepEqual(await damageOf(system), [], left);
    }
  });

  Deno.test(`power cut: storing ${way}, at every operation, leaves nothing that passes for whole`, async () => {
    const counting = faultySystem(prepared(), { at: 0, when: "before" });
    const object = store(counting.system);
    for (const [left, survivors] of LEFT) {
      for (let at = 1; at <= counting.operations(); at++) {
        const system = prepared();
        const dying = faultySystem(system, { at, when: "before" }).system;
        assert.throws(() => store(dying), Crash);
        system.fs.disk.powerCut(survivors);
        const after = openStore(system, ROOT);
        const damage = await damageOf(system);
        if (!UNFLUSHED.has(way)) {
          assert.deepEqual(damage, [], `${left} left before operation ${at}`);
        }
        for (const { object, kind, problem } of damage) {
          assert.ok(
            !after.intact(object),
            `${object}: ${kind}, ${problem}: ${left} left before operation ${at}`,
          );
        }
        assert.equal(store(system), object);
        const lost = (await verifyObjects(system, ROOT)).filter(({ kind }) => kind === "missing");
        assert.deepEqual(lost, [], `${left} left before operation ${at}, stored again`);
      }
    }
  });
}
