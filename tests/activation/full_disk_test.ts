/** A disk with any room left: an apply is done or undone, and nothing has to be put back by hand. */
import assert from "node:assert/strict";
import { inMemory } from "../support/memory.ts";
import { Disk } from "../../src/system/memory/disk.ts";
import { Rig, writeText } from "./support.ts";

async function second(rig: Rig) {
  return await rig.apply({ paths: [rig.copy("~/a", "two"), rig.copy("~/mine", "ours")] }, {
    replace: "all",
  });
}

/** One apply done, and a file of the user's that the second replaces, with what it needs already stored. */
async function prepared(): Promise<{ readonly rig: Rig; readonly disk: Disk }> {
  const disk = new Disk();
  const rig = new Rig(inMemory(disk));
  writeText(rig.system.fs, rig.path("~/mine"), "the user's");
  await rig.apply({ paths: [rig.copy("~/a", "one")] });
  rig.copy("~/a", "two");
  rig.copy("~/mine", "ours");
  return { rig, disk };
}

Deno.test("an apply on a disk that fills up at any byte is done or undone", async () => {
  const { rig: whole, disk } = await prepared();
  const [before, start] = [whole.world(), disk.used];
  await second(whole);
  const [after, room] = [whole.world(), disk.used - start + 4000];
  let [done, undone] = [0, 0];
  for (let left = 0; left < room; left += 23) {
    const { rig, disk } = await prepared();
    disk.capacity = disk.used + left;
    const failure = await second(rig).then(() => null, (thrown) => String(thrown));
    assert.doesNotMatch(failure ?? "", /Cannot restore everything/, `${left} bytes left`);
    assert.deepEqual(rig.world(), failure === null ? after : before, `${left} bytes left`);
    if (failure === null) done++;
    else undone++;
  }
  assert.ok(done > 0 && undone > 0, `${done} done, ${undone} undone`);
});
