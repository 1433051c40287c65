/** Death at every operation of an apply, a rollback and a destroy: the world is then wholly old or wholly new. */
import assert from "node:assert/strict";
import { recover } from "../../src/activation/recover.ts";
import { SysError } from "../../src/errors.ts";
import { readCurrent } from "../../src/snapshot/history.ts";
import { Crash } from "../../src/system/faulty.ts";
import type { FsCode } from "../../src/system/fs.ts";
import {
  type Change,
  CHANGES,
  faulty,
  heldForNobody,
  prepare,
  type Prepared,
  relative,
  WORLDS,
} from "./changes.ts";
import { titleIn } from "../support/worlds/world.ts";
import type { Rig } from "./support.ts";

// A file that was just created when the machine died is never closed.
const options = { sanitizeResources: false };

for (const change of CHANGES) {
  for (const { world, every } of WORLDS) {
    Deno.test(
      `${titleIn(world, "crash")}: ${change.name}, killed at every operation`,
      options,
      async () => {
        const prepared = await prepare(change, world);
        assert.ok(prepared.operations > 20, "it changes things");
        assert.notDeepEqual(prepared.old, prepared.new);
        const seen = { old: 0, new: 0 };
        for (let at = 1; at <= prepared.operations; at += every) {
          seen[await killed(change, prepared, at, "before")]++;
        }
        // Death after an operation is death before the next: only after the last it is something else.
        seen[await killed(change, prepared, prepared.operations, "after")]++;
        assert.ok(seen.old > 0 && seen.new > 0, JSON.stringify(seen));
      },
    );

    for (const code of ["ENOSPC", "EIO"] as FsCode[]) {
      const name = `${
        titleIn(world, "crash")
      }: ${change.name}, where one operation fails (${code})`;
      Deno.test(name, options, async () => {
        const prepared = await prepare(change, world);
        for (let at = 1; at <= prepared.operations; at += every) {
          using rig = await prepared.fresh();
          const { system } = faulty(rig, { at, when: "before", code });
          const failed = await change.make(rig, system).then(() => null, (thrown) => thrown);
          if (failed === null) {
            assert.deepEqual(relative(rig), prepared.new, `operation ${at}`);
            continue;
          }
          assert.ok(failed instanceof SysError, String(failed));
          assert.deepEqual(relative(rig), prepared.old, `operation ${at}: ${failed.message}`);
        }
      });
    }
  }

  Deno.test(`crash, memory: ${change.name}, where the disk fails for good`, options, async () => {
    const prepared = await prepare(change, "memory");
    for (let at = 1; at <= prepared.operations; at++) {
      using rig = await prepared.fresh();
      const fault = { at, when: "before", code: "EIO", for_good: true } as const;
      const { system } = faulty(rig, fault);
      await change.make(rig, system).catch((thrown) => {
        assert.ok(thrown instanceof SysError, String(thrown));
      });
      await settles(rig, change, prepared, `from operation ${at} on`);
    }
  });
}

/** Kills a change, recovers, and tells which world that gave. */
async function killed(
  change: Change,
  prepared: Prepared,
  at: number,
  when: "before" | "after",
): Promise<"old" | "new"> {
  using rig = await prepared.fresh();
  await change.make(rig, faulty(rig, { at, when }).system).catch((thrown) => {
    assert.ok(thrown instanceof Crash || thrown instanceof SysError, String(thrown));
  });
  return await settles(rig, change, prepared, `${when} operation ${at}`);
}

/** Recovers: the world is then wholly old or wholly new, and the change can be made. */
async function settles(rig: Rig, change: Change, prepared: Prepared, moment: string) {
  await recover(rig.system.fs, rig.adapters(), rig.root);
  const found = relative(rig);
  const isNew = JSON.stringify(found) === JSON.stringify(prepared.new);
  if (!isNew) assert.deepEqual(found, prepared.old, moment);
  assert.deepEqual(rig.journals(), [], `journals, ${moment}`);
  assert.deepEqual(heldForNobody(rig), [], `held, ${moment}`);
  await change.make(rig, rig.system);
  assert.notEqual(readCurrent(rig.system.fs, rig.root), null);
  const after = relative(rig);
  for (const path of Object.keys(prepared.new)) {
    if (path.startsWith("/home")) assert.equal(after[path], prepared.new[path], path);
  }
  return isNew ? "new" as const : "old" as const;
}

for (const { world, every } of WORLDS) {
  const name = `${
    titleIn(world, "crash")
  }: killed again and again while it recovers, it comes to the old world`;
  Deno.test(name, options, async () => {
    const [, change] = CHANGES;
    const prepared = await prepare(change, world);
    for (let at = 5; at < prepared.operations - 12; at += 2 * every) {
      using rig = await prepared.fresh();
      await assert.rejects(
        change.make(rig, faulty(rig, { at, when: "before" }).system),
      );
      // Each recovery gets one operation further than the one before it.
      let recovered = false;
      for (let further = 1; further < 200 && !recovered; further++) {
        const { system } = faulty(rig, { at: further, when: "before" });
        recovered = await recover(system.fs, rig.adapters(system), rig.root)
          .then(() => true, () => false);
      }
      assert.ok(recovered);
      assert.deepEqual(relative(rig), prepared.old, `operation ${at}`);
      assert.deepEqual(rig.journals(), []);
    }
  });
}
