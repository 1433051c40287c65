/** The power fails at every operation of a change, and what was not flushed is lost: the world is then wholly old
 * or wholly new all the same, and what is needed to give back what was there is whole. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { recover } from "../../src/activation/recover.ts";
import { SysError } from "../../src/errors.ts";
import { eachSnapshot, readCurrent } from "../../src/snapshot/history.ts";
import { objectsIn } from "../../src/store/names.ts";
import { Crash } from "../../src/system/faulty.ts";
import { MANY_FLUSHES } from "../../src/system/flush_all.ts";
import type { MemoryFs } from "../../src/system/memory/memory_fs.ts";
import { NAMES, NOTHING, random, type Survivors } from "../../src/system/memory/survivors.ts";
import { type Change, CHANGES, faulty, prepare, type Prepared, relative } from "./changes.ts";
import { inMemory } from "../support/memory.ts";
import { titleIn, type WorldSystem } from "../support/worlds/world.ts";
import { Rig } from "./support.ts";

/** Each with how many moments make one that is tried; the soak tries every one. A simulated Windows takes many calls for
 * one operation. */
const WORLDS = [
  { world: "memory", pace: 1 },
  { world: "a user's home", pace: 1 },
  { world: "macOS", pace: 17 },
  { world: "windows", pace: 29 },
  { world: "windows with Developer Mode", pace: 41 },
] as const;
const EACH = Deno.env.get("SYSLUA_EVERY") === "1";
const CHANCES = 3;
/** What a power cut leaves of what was not flushed. */
const LEFT: readonly (readonly [string, (at: number) => Survivors])[] = [
  ["nothing", () => NOTHING],
  ["names without content", () => NAMES],
  ...Array.from(
    { length: CHANCES },
    (_, n) => [`chance ${n}`, (at: number) => random(at * CHANCES + n + 1)] as const,
  ),
];

// A file that was just created when the machine died is never closed.
const options = { sanitizeResources: false };

for (
  const { world, pace, change } of WORLDS.flatMap(({ world, pace }) =>
    CHANGES.map((change) => ({ world, change, pace: EACH ? 1 : pace }))
  )
) {
  Deno.test(
    `${titleIn(world, "power cut")}: ${change.name}, at every operation`,
    options,
    async () => {
      const prepared = await prepare(change, world);
      const every = pace * (change.every ?? 1);
      for (const [n, [left, survivors]] of LEFT.entries()) {
        for (let at = 1 + n % every; at <= prepared.operations; at += every) {
          using rig = await prepared.fresh();
          const { system } = faulty(rig, { at, when: "before" });
          await change.make(rig, system).catch((thrown) => {
            assert.ok(thrown instanceof Crash || thrown instanceof SysError, String(thrown));
          });
          powerCut(rig, survivors(at));
          await settled(rig, change, prepared, `${left} left before operation ${at}`);
        }
      }
    },
  );

  Deno.test(
    `${titleIn(world, "power cut")}: ${change.name}, which was reported as done, is done`,
    options,
    async () => {
      const prepared = await prepare(change, world);
      for (const [left, survivors] of LEFT) {
        using rig = await prepared.fresh();
        await change.make(rig, rig.system);
        powerCut(rig, survivors(1));
        await recover(rig.system.fs, rig.adapters(), rig.root);
        assert.deepEqual(relative(rig), prepared.new, `${left} left`);
        assertWhole(rig, left);
      }
    },
  );

  Deno.test(
    `${titleIn(world, "power cut")}: ${change.name} fails, and what is undone stays undone`,
    options,
    async () => {
      const prepared = await prepare(change, world);
      for (const [left, survivors] of LEFT) {
        for (let at = 1; at <= prepared.operations; at += 2 + pace) {
          using rig = await prepared.fresh();
          const { system } = faulty(rig, { at, when: "before", code: "EIO" });
          const failed = await change.make(rig, system).then(() => null, (thrown) => thrown);
          powerCut(rig, survivors(at));
          const again = await recover(rig.system.fs, rig.adapters(), rig.root);
          const found = relative(rig);
          // A commit that can't be flushed has happened, and has not after a power cut.
          if (failed === null && isDeepStrictEqual(found, prepared.new)) continue;
          // A journal that could not be flushed may still be there: it has nothing to undo.
          if (failed !== null) {
            assert.equal(
              again?.restored ?? 0,
              0,
              `undone twice: ${left} left, operation ${at} failed`,
            );
          }
          assert.deepEqual(found, prepared.old, `${left} left, operation ${at} failed`);
        }
      }
    },
  );

  Deno.test(
    `${titleIn(world, "power cut")}: ${change.name}, and again at every operation of the recovery`,
    options,
    async () => {
      const prepared = await prepare(change, world);
      const at = Math.floor(prepared.operations * 0.8);
      for (const [left, survivors] of LEFT) {
        for (let further = 1, done = false; !done; further += pace) {
          using rig = await prepared.fresh();
          await change.make(rig, faulty(rig, { at, when: "before" }).system)
            .catch(() => {});
          powerCut(rig, survivors(further));
          const { system } = faulty(rig, { at: further, when: "before" });
          done = await recover(system.fs, rig.adapters(system), rig.root)
            .then(() => true, () => false);
          powerCut(rig, survivors(further));
          await settled(rig, change, prepared, `${left} left before operation ${further}`);
        }
      }
    },
  );
}

Deno.test("power cut: many files on two disks, one of them reached over a link, are there", async () => {
  const memory = inMemory();
  using rig = new Rig(memory);
  const fs = memory.fs as MemoryFs;
  fs.mkdir(`${rig.home}/disk`, 0o755);
  fs.mount(`${rig.home}/disk`);
  fs.symlink("disk", `${rig.home}/linked`);
  fs.syncDir(rig.home);
  const targets = ["~/linked", "~"].flatMap((folder) =>
    Array.from({ length: MANY_FLUSHES }, (_, n) => `${folder}/file ${n}`)
  );
  await rig.apply({ paths: targets.map((target) => rig.copy(target, target)) });
  powerCut(rig, NOTHING);
  await recover(fs, rig.adapters(), rig.root);
  for (const target of targets) {
    assert.equal(new TextDecoder().decode(fs.readFile(rig.path(target))), target);
  }
});

function powerCut({ system }: Rig, survivors: Survivors) {
  const { disk } = "disk" in system ? system as WorldSystem : system.fs as MemoryFs;
  disk.powerCut(survivors);
}

/** The world is wholly old or wholly new, the change can be made, and all can be given back. */
async function settled(rig: Rig, change: Change, prepared: Prepared, moment: string) {
  await recover(rig.system.fs, rig.adapters(), rig.root).catch((thrown) => {
    assert.fail(`${thrown.message}, ${thrown.notes}, ${moment}`);
  });
  const found = relative(rig);
  if (JSON.stringify(found) !== JSON.stringify(prepared.new)) {
    assert.deepEqual(found, prepared.old, moment);
  }
  assert.deepEqual(rig.journals(), [], `journals, ${moment}`);
  assertWhole(rig, moment);
  await change.make(rig, rig.system);
  assert.notEqual(readCurrent(rig.system.fs, rig.root), null);
}

/** What snapshots refer to is there, and as it was. */
function assertWhole(rig: Rig, moment: string) {
  for (const { number, wanted, originals } of eachSnapshot(rig.system.fs, rig.root)) {
    for (const object of new Set([...wanted.objects, ...objectsIn([JSON.stringify(originals)])])) {
      assert.ok(rig.store.intact(object), `${object} of snapshot ${number}, ${moment}`);
    }
  }
}
