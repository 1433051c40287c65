/** Death at every operation of an apply, a rollback and a destroy: the world is then wholly old or wholly new. */
import assert from "node:assert/strict";
import { recover } from "../../src/activation/recover.ts";
import { SysError } from "../../src/errors.ts";
import type { Wanted } from "../../src/plan/types.ts";
import { chooseSnapshot } from "../../src/snapshot/choose.ts";
import { readCurrent } from "../../src/snapshot/history.ts";
import { originalsFolder, readOriginals } from "../../src/snapshot/originals.ts";
import { Crash, type Fault, faultySystem } from "../../src/system/faulty.ts";
import type { FsCode } from "../../src/system/fs.ts";
import { real, Rig } from "./support.ts";

/** What the user had. */
function furnish({ home }: Rig) {
  Deno.writeTextFileSync(`${home}/.vimrc`, "mine\n", { mode: 0o600 });
  Deno.chmodSync(`${home}/.vimrc`, 0o600);
  Deno.writeTextFileSync(`${home}/tool`, "#!/bin/sh\n");
  Deno.chmodSync(`${home}/tool`, 0o755);
  Deno.symlinkSync("/nowhere", `${home}/dangling`);
  Deno.symlinkSync(".vimrc", `${home}/linked`);
  Deno.mkdirSync(`${home}/empty`, { mode: 0o700 });
}

function first(rig: Rig): Partial<Wanted> {
  return {
    paths: [
      rig.link("~/.vimrc", "ours\n"),
      rig.copy("~/tool", "#!/bin/sh\necho ours\n", 0o755),
      rig.link("~/dangling", "d"),
      rig.copy("~/linked", "l", 0o600),
      rig.link("~/empty", "e"),
      rig.link("~/.config/app/a", "a"),
      rig.link("~/.config/b", "b"),
    ],
    runs: [run("one")],
  };
}

function second(rig: Rig): Partial<Wanted> {
  return {
    paths: [
      rig.copy("~/.vimrc", "now a copy\n"),
      rig.link("~/tool", "now a link\n"),
      rig.link("~/.config/app", "a link where a folder was"),
      rig.link("~/.config/b/c", "a folder where a link was"),
      rig.copy("~/new/file", "n", 0o640),
    ],
    runs: [run("two")],
  };
}

/** A command that leaves a mark, and its undoing. */
function run(name: string): Wanted["runs"][number] {
  return {
    id: name,
    command: `echo ran > ~/mark-${name}`,
    check: null,
    undo: `rm -f ~/mark-${name}`,
    on: "change",
    pending: false,
    order: 0,
    by: name,
    place: null,
  };
}

interface Story {
  name: string;
  before(rig: Rig): Promise<unknown>;
  change(rig: Rig, system: typeof real): Promise<unknown>;
}

const stories: Story[] = [
  {
    name: "the first apply",
    before: () => Promise.resolve(),
    change: (rig, system) => rig.apply(first(rig), { replace: "all", system }),
  },
  {
    name: "a second apply",
    before: (rig) => rig.apply(first(rig), { replace: "all" }),
    change: (rig, system) => rig.apply(second(rig), { replace: "all", system }),
  },
  {
    name: "a rollback",
    before: async (rig) => {
      await rig.apply(first(rig), { replace: "all" });
      await rig.apply(second(rig), { replace: "all" });
    },
    change: (rig, system) => {
      const { originals: agreed } = chooseSnapshot(real.fs, rig.root, "1");
      return rig.apply(first(rig), { agreed, system, description: "rollback to 1" });
    },
  },
  {
    name: "a destroy",
    before: async (rig) => {
      await rig.apply(first(rig), { replace: "all" });
      await rig.apply(second(rig), { replace: "all" });
    },
    change: (rig, system) => rig.apply({}, { system, description: "destroy" }),
  },
];

/** What is held and not listed. */
function heldForNobody({ root }: Rig): string[] {
  const listed = readOriginals(real.fs, root).originals.map(({ number }) => String(number));
  const folder = originalsFolder(root);
  const there = real.fs.lstat(folder) === null ? [] : real.fs.readDir(folder);
  return there.filter((name) => name !== "index.json" && !listed.includes(name));
}

/** Times differ from run to run; nothing else may. */
function timeless(world: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(world).map(([path, what]) => [
      path,
      what.replace(/"time":"[^"]*"/g, '"time":""').replace(/"mtime":[0-9]+/g, '"mtime":0'),
    ]),
  );
}

/** The worlds before and after a story where nothing fails, with paths relative to the rig. */
async function normal(story: Story) {
  using rig = new Rig();
  furnish(rig);
  await story.before(rig);
  const old = relative(rig);
  const faulty = faultySystem(real, { at: 0, when: "before" });
  await story.change(rig, faulty.system);
  return { old, new: relative(rig), operations: faulty.operations() };
}

function relative(rig: Rig): Record<string, string> {
  const text = JSON.stringify(timeless(rig.world())).replaceAll(rig.dir, "");
  return Object.fromEntries(
    Object.entries(JSON.parse(text) as Record<string, string>)
      // The root and its folders may come to be at any time.
      .filter(([path]) => path !== "/root/snapshots"),
  );
}

Deno.test({
  name: "crash: killed again and again while it recovers, it still comes to the old world",
  sanitizeResources: false,
  fn: async () => {
    const [, story] = stories;
    const worlds = await normal(story);
    for (const at of [25, 40, worlds.operations - 12]) {
      using rig = new Rig();
      furnish(rig);
      await story.before(rig);
      const dying = faultySystem(real, { at, when: "before" }).system;
      await assert.rejects(story.change(rig, dying));
      // Each recovery gets one operation further than the one before it.
      let recovered = false;
      for (let further = 1; further < 200 && !recovered; further++) {
        const { system } = faultySystem(real, { at: further, when: "before" });
        recovered = await recover(system.fs, rig.adapters(system), rig.root)
          .then(() => true, () => false);
      }
      assert.ok(recovered);
      assert.deepEqual(relative(rig), worlds.old, `operation ${at}`);
      assert.deepEqual(rig.journals(), []);
    }
  },
});

for (const story of stories) {
  Deno.test({
    name: `crash: ${story.name}, killed at every operation`,
    // A file that was just created when the machine died is never closed.
    sanitizeResources: false,
    fn: async (t) => {
      const worlds = await normal(story);
      assert.ok(worlds.operations > 20, "the story changes things");
      assert.notDeepEqual(worlds.old, worlds.new);
      let oldOnes = 0, newOnes = 0;
      for (let at = 1; at <= worlds.operations; at++) {
        // Death after an operation is death before the next: only after the last it is something else.
        for (
          const when of at < worlds.operations ? ["before"] as const : ["before", "after"] as const
        ) {
          const fault: Fault = { at, when };
          using rig = new Rig();
          furnish(rig);
          await story.before(rig);
          await story.change(rig, faultySystem(real, fault).system).catch((thrown) => {
            assert.ok(thrown instanceof Crash || thrown instanceof SysError, String(thrown));
          });
          await recover(real.fs, rig.adapters(), rig.root);
          const world = relative(rig);
          const isNew = JSON.stringify(world) === JSON.stringify(worlds.new);
          if (isNew) newOnes++;
          else {
            oldOnes++;
            assert.deepEqual(world, worlds.old, `${when} operation ${at}`);
          }
          assert.deepEqual(rig.journals(), [], `journals, ${when} operation ${at}`);
          assert.deepEqual(heldForNobody(rig), [], `held, ${when} operation ${at}`);
          // Whatever happened, the next apply works and gives the same world.
          await story.change(rig, real);
          assert.equal(readCurrent(real.fs, rig.root)?.wanted.paths.length !== undefined, true);
          const after = relative(rig);
          for (const path of Object.keys(worlds.new)) {
            if (path.startsWith("/home")) assert.equal(after[path], worlds.new[path], path);
          }
        }
      }
      await t.step(`${oldOnes} times wholly old, ${newOnes} times wholly new`, () => {
        assert.ok(oldOnes > 0 && newOnes > 0);
      });
    },
  });

  for (const code of ["ENOSPC", "EIO"] as FsCode[]) {
    Deno.test({
      name: `crash: ${story.name}, where one operation fails (${code})`,
      sanitizeResources: false,
      fn: async () => {
        const worlds = await normal(story);
        for (let at = 1; at <= worlds.operations; at += code === "EIO" ? 1 : 5) {
          using rig = new Rig();
          furnish(rig);
          await story.before(rig);
          const { system } = faultySystem(real, { at, when: "before", code });
          const failed = await story.change(rig, system).then(() => null, (thrown) => thrown);
          const world = relative(rig);
          if (failed === null) assert.deepEqual(world, worlds.new, `operation ${at}`);
          else {
            assert.ok(failed instanceof SysError, String(failed));
            assert.deepEqual(world, worlds.old, `operation ${at}: ${failed.message}`);
          }
        }
      },
    });
  }
}
