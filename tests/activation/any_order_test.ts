/** Any sequence of configs, with the user busy in between: every plan settles, and destroy gives all back. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { SysError } from "../../src/errors.ts";
import { NOTHING } from "../../src/plan/wanted.ts";
import type { WantedPath } from "../../src/plan/types.ts";
import { makeFolders } from "../../src/system/folders.ts";
import { inMemory } from "../support/memory.ts";
import { titleIn, WORLDS as SIMULATED } from "../support/worlds/world.ts";
import { Rig, treeOf, writeText } from "./support.ts";

/** Few names, so that paths meet: a folder here is a file there. */
const TARGETS = ["a", "b", "a/x", "a/y", "a/x/deep", "b/c/d", "b/c/e"];

const target = fc.constantFrom(...TARGETS);
const content = fc.constantFrom("1", "2", "3");
const wish = fc.record({
  target,
  content,
  kind: fc.constantFrom("link" as const, "copy" as const),
});

/** What is wanted: no path of it lies in another. */
const config = fc.array(wish, { maxLength: 4 }).map((wishes) =>
  wishes.filter((one, n) =>
    wishes.every((other, m) =>
      m >= n
        ? m === n || !one.target.startsWith(`${other.target}/`)
        : other.target !== one.target &&
          !one.target.startsWith(`${other.target}/`) && !other.target.startsWith(`${one.target}/`)
    )
  ).filter((one, _, all) => !all.some((other) => one.target.startsWith(`${other.target}/`)))
);

const edit = fc.record({
  target,
  content: fc.constantFrom("mine", "my own", "1"),
  how: fc.constantFrom("write", "remove", "link", "folder"),
});

type Wish = { target: string; content: string; kind: "link" | "copy" };
type Edit = { target: string; content: string; how: string };

function wanted(rig: Rig, wishes: readonly Wish[]): WantedPath[] {
  return wishes.map((one) => rig[one.kind](`~/${one.target}`, one.content));
}

/** The user does something at a path, where that is possible. */
function busy({ system: { fs }, home }: Rig, { target, content, how }: Edit) {
  const path = join(home, target);
  const attempt = (action: () => void) => {
    try {
      action();
    } catch {
      // A folder is in the way, or a file is where a folder would have to be.
    }
  };
  const remove = () => attempt(() => fs.remove(path));
  if (how === "remove") return remove();
  attempt(() => makeFolders(fs, dirname(path)));
  if (["file", "link"].includes(fs.lstat(path)?.kind ?? "")) remove();
  attempt(() => {
    if (how === "link") fs.symlink("/nowhere", path);
    else if (how === "folder") fs.mkdir(path, 0o755);
    else writeText(fs, path, content);
  });
}

const WORLDS = [
  { world: "on the real disk", newRig: () => new Rig(), numRuns: 20 },
  { world: "in memory", newRig: () => new Rig(inMemory()), numRuns: 600 },
  ...SIMULATED.filter(({ os }) => os !== "linux").map(({ name, system }) => ({
    world: name,
    newRig: () => new Rig(system()),
    numRuns: 150,
  })),
];

for (const { world, newRig, numRuns } of WORLDS) {
  Deno.test(`${titleIn(world, "any order")}: without the user's hands in between, destroy gives back every byte`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 4 }),
        fc.array(config, { minLength: 1, maxLength: 4 }),
        async (furniture, configs) => {
          using rig = newRig();
          for (const one of furniture) busy(rig, one);
          const before = treeOf(rig.home, [], rig.system.fs);
          for (const wishes of configs) {
            const paths = wanted(rig, wishes);
            try {
              await rig.apply({ paths }, { replace: "all" });
            } catch (thrown) {
              // Folders with files in them are not replaced, nor files by folders.
              assert.ok(
                thrown instanceof SysError && /Cannot put/.test(thrown.message),
                String(thrown),
              );
              continue;
            }
            const again = await rig.plan({ ...NOTHING, paths });
            assert.deepEqual([again.steps, again.changes], [[], false], "it settles");
          }
          await rig.apply({}, { replace: "all" });
          assert.deepEqual(treeOf(rig.home, [], rig.system.fs), before);
        },
      ),
      { numRuns, seed: 3 },
    );
  });

  Deno.test(`${titleIn(world, "any order")}: whatever the user does in between, nothing of the user's is lost`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(config, fc.array(edit, { maxLength: 3 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (rounds) => {
          using rig = newRig();
          for (const [wishes, edits] of rounds) {
            const paths = wanted(rig, wishes);
            const before = treeOf(rig.home, [], rig.system.fs);
            const kept = await rig.apply({ paths }).then(() => true, (thrown) => {
              assert.ok(thrown instanceof SysError, String(thrown));
              return false;
            });
            // Refused: nothing changed. Done without leave: no text of the user's went away.
            const after = treeOf(rig.home, [], rig.system.fs);
            if (!kept) assert.deepEqual(after, before);
            for (const [path, what] of Object.entries(before)) {
              if (/ (mine|my own)$/.test(what)) assert.equal(after[path], what, path);
            }
            for (const one of edits) busy(rig, one);
          }
          const before = treeOf(rig.home, [], rig.system.fs);
          await rig.apply({});
          const after = treeOf(rig.home, [], rig.system.fs);
          for (const [path, what] of Object.entries(before)) {
            if (/ (mine|my own)$/.test(what)) assert.equal(after[path], what, path);
          }
          for (const what of Object.values(after)) {
            assert.ok(!what.includes(rig.root), "no link into the store is left");
          }
        },
      ),
      { numRuns, seed: 5 },
    );
  });
}
