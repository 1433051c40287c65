/** Undoing what never happened: whatever the kind of a step, nothing fails and nothing changes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { FoundJournal, JournalHeader } from "../../src/activation/journal.ts";
import { undoPathStep } from "../../src/activation/path_step.ts";
import { stateAt } from "../../src/activation/observe.ts";
import { undoJournal } from "../../src/activation/undo.ts";
import { sha256Hex } from "../../src/digest.ts";
import type { Json } from "../../src/manifest/types.ts";
import { sameState } from "../../src/plan/state.ts";
import type { PathState, Step } from "../../src/plan/types.ts";
import { platformAdapters } from "../../src/platform/platform.ts";
import { makeFolders } from "../../src/system/folders.ts";
import { heldMode } from "../../src/system/holds.ts";
import type { FileSystem, System } from "../../src/system/mod.ts";
import { Defaults } from "../support/worlds/commands/defaults.ts";
import { Launchd } from "../support/worlds/commands/launchctl.ts";
import { UserEnvironment } from "../support/worlds/commands/powershell.ts";
import { programs, type StandIn } from "../support/worlds/commands/programs.ts";
import { decodedScript } from "../support/powershell_reader.ts";
import { Scheduler } from "../support/worlds/commands/schtasks.ts";
import { type World, WORLDS } from "../support/worlds/world.ts";
import { grow, type Tree } from "../store/trees.ts";
import { treeOf } from "./support.ts";

const CONTENTS = ["one", "two"];

/** What a path may have, in data. */
const things: fc.Arbitrary<Tree | null> = fc.oneof(
  fc.constant(null),
  fc.record({ file: fc.constantFrom(...CONTENTS), mode: fc.constantFrom(0o644, 0o444, 0o600) }),
  fc.record({ dir: fc.constant({}) }),
  fc.record({ dir: fc.constant({ inner: { file: "x" } }) }),
);

function stateOf({ holds }: FileSystem, folder: string, tree: Tree | null): PathState {
  if (tree === null) return { kind: "absent" };
  if ("link" in tree) return { kind: "link", to: tree.link };
  if ("dir" in tree) return { kind: "dir", mode: 0o755 };
  const { file, mode = 0o644 } = tree, text = String(file);
  return {
    ...{ kind: "file", digest: sha256Hex(text), mode: heldMode(holds, "file", mode) },
    content: `${folder}/content-${text}`,
  };
}

for (const { name, home, system } of WORLDS) {
  Deno.test(`${name}: a path that no step has reached stays as it is`, () => {
    const { fs } = system();
    let count = 0;
    for (const text of CONTENTS) grow(fs, `${home}/content-${text}`, { file: text });
    fc.assert(fc.property(things, things, (now, then) => {
      const path = `${home}/path-${count++}`;
      const before = stateOf(fs, home, now), after = stateOf(fs, home, then);
      fc.pre(!sameState(before, after));
      if (now !== null) grow(fs, path, now);
      const all = treeOf(home, [], fs);
      const undone = undoPathStep(fs, { kind: "path", path, before, after, by: "test" });
      assert.deepEqual(undone, { kind: "nothing" });
      assert.ok(sameState(stateAt(fs, path), before));
      assert.deepEqual(treeOf(home, [], fs), all);
    }));
  });
}

type SettingStep = Extract<Step, { kind: "setting" }>;

/** Nothing is there that it could end, remove or take away. */
const fails: StandIn = () => ({ code: 1, stderr: "there is no such thing\n" });

const setting = (setting: SettingStep["setting"], key: string, after: Json): Step => ({
  ...{ kind: "setting", setting, by: "test" },
  changes: [{ key, before: null, after }],
});

/** By operating system: programs, and steps of every kind that it has, none of which has happened. */
const OTHER: Record<World["os"], { programs(): Record<string, StandIn>; steps: Step[] }> = {
  linux: {
    programs: () => ({
      ...{ systemctl: fails, "dpkg-query": fails, "apt-get": fails, groupdel: fails },
      ...{ userdel: fails, gpasswd: fails, usermod: fails, sh: fails },
    }),
    steps: [
      setting("group", "makers", { gid: null }),
      setting("user", "jo", { uid: null }),
      setting("user", "jo:shell", "/bin/zsh"),
      setting("membership", "jo:makers", true),
      setting("host_packages", "apt:git", true),
    ],
  },
  darwin: {
    programs: () => ({
      ...{ defaults: new Defaults().program, sh: fails },
      launchctl: new Launchd({ screens: [], users: {}, read: () => null }).program,
    }),
    steps: [setting("defaults", "com.none:k", 1)],
  },
  windows: {
    programs: () => {
      const user = new UserEnvironment();
      const tasks = new Scheduler({ administrator: false, read: () => null });
      return {
        "schtasks.exe": tasks.schtasks,
        "powershell.exe": (call) => {
          const script = decodedScript(["powershell.exe", ...call.args]);
          if (/unmake it|is it made/.test(script)) return fails(call);
          return (script.includes(".GetTask(") ? tasks.powershell : user.program)(call);
        },
      };
    },
    steps: [setting("environment", "EDITOR", "vim")],
  },
};

const RUNS: Step[] = [
  ...[null, "unmake it"].map((undo): Step => (
    { kind: "run", command: "make it", check: "is it made", undo, by: "test" }
  )),
];

for (const world of WORLDS) {
  const { name, os, home } = world;
  const { programs: known, steps } = OTHER[os];
  Deno.test(`${name}: undoing steps of any kind that never happened is harmless`, () =>
    fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...RUNS, ...steps, service(home)]), async (steps) => {
        const machine: System = {
          ...world.system(),
          processes: programs(known(), "maria").processes,
        };
        const { fs } = machine;
        const root = `${home}/root`;
        makeFolders(fs, `${root}/journal`);
        const adapters = platformAdapters(machine, { root, home });
        const all = treeOf(home, [], fs);
        grow(fs, `${root}/journal/1.jsonl`, { file: "" });
        const { failed, restored } = await undoJournal(fs, adapters, root, journalOf(root, steps));
        assert.deepEqual(failed, []);
        assert.ok(restored <= steps.length);
        assert.deepEqual(treeOf(home, [], fs), all);
      }),
      { numRuns: 20 },
    ));
}

Deno.test("undo: a command that its check says was done, and that can't be undone, is a failure", async () => {
  const [world] = WORLDS;
  for (const [check, count] of [["is it made", 1], [null, 1], ["no", 0]] as const) {
    const sh: StandIn = ({ args }) => ({ code: args.at(-1) === "is it made" ? 0 : 1 });
    const machine = { ...world.system(), processes: programs({ sh }).processes };
    const { fs } = machine;
    const root = `${world.home}/root`;
    makeFolders(fs, `${root}/journal`);
    grow(fs, `${root}/journal/1.jsonl`, { file: "" });
    const adapters = platformAdapters(machine, { root, home: world.home });
    const step: Step = { kind: "run", command: "make it", check, undo: "unmake it", by: "test" };
    const { failed } = await undoJournal(fs, adapters, root, journalOf(root, [step]));
    assert.equal(failed.length, count, String(check));
  }
});

function service(home: string): Step {
  return {
    ...{ kind: "service", op: "start", name: "a", user: true, by: "test" },
    unit: `${home}/units/a`,
  };
}

function journalOf(root: string, steps: readonly Step[]): FoundJournal {
  const header = {
    ...{ version: 1, number: 1, previous: null, description: "apply" },
    ...{ time: "2026-01-02T03:04:05.000Z", steps, kept: [] },
  } as unknown as JournalHeader;
  return {
    ...{ header, path: `${root}/journal/1.jsonl`, unrestored: false, reached: steps.length - 1 },
    begun: new Set(steps.keys()),
  } as unknown as FoundJournal;
}
