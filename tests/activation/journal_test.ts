import assert from "node:assert/strict";
import { join } from "node:path";
import { Journal, journalFolder, readJournals } from "../../src/activation/journal.ts";
import type { Step } from "../../src/plan/types.ts";
import type { SnapshotNumber } from "../../src/snapshot/types.ts";
import { faultySystem } from "../../src/system/faulty.ts";
import { inMemory } from "../support/memory.ts";
import { real, Rig } from "./support.ts";

/** What of a root's journal others could look into. */
function openToOthers(root: string): string[] {
  const folder = journalFolder(root);
  return [folder, ...[...Deno.readDirSync(folder)].map(({ name }) => join(folder, name))]
    .filter((path) => ((Deno.lstatSync(path).mode ?? 0) & 0o077) !== 0);
}

/** A rig that lives for one test, and an apply in it that dies at some operation. */
async function dyingAt(at: number): Promise<{ readonly rig: Rig; readonly files: number }> {
  const rig = new Rig();
  const { system } = faultySystem(real, { at, when: "after" });
  const wanted = {
    paths: [rig.copy("~/a", "a")],
    runs: [{
      ...{ id: "1", command: "true", check: null, undo: "true", on: "change" as const },
      ...{ pending: false, order: 0, by: "test", place: null },
    }],
  };
  await rig.apply(wanted, { system }).catch(() => {});
  return { rig, files: rig.journals().length };
}

// A machine that dies closes nothing.
const DIES = { sanitizeResources: false };

Deno.test("journal: at no moment do others see what is in it", DIES, async () => {
  let seen = 0;
  for (let at = 1; at <= 40; at++) {
    const { rig, files } = await dyingAt(at);
    using _ = rig;
    if (real.fs.lstat(journalFolder(rig.root)) === null) continue;
    assert.deepEqual(openToOthers(rig.root), [], `after operation ${at}`);
    if (files > 0) seen++;
  }
  assert.ok(seen > 5);
});

Deno.test("journal: a folder that others could look into is closed", async () => {
  using rig = new Rig();
  Deno.mkdirSync(journalFolder(rig.root), { recursive: true, mode: 0o755 });
  await rig.apply({ paths: [rig.copy("~/a", "a")] });
  assert.deepEqual(openToOthers(rig.root), []);
});

/** One of each, so that a kind whose steps can't be read back does not pass. */
const STEPS: { readonly [K in Step["kind"]]: Extract<Step, { kind: K }> } = {
  path: {
    kind: "path",
    path: "/home/maria/a",
    before: { kind: "absent" },
    after: { kind: "link", to: "/b" },
    by: "file",
  },
  run: { kind: "run", command: "true", check: null, undo: null, by: "x" },
  service: { kind: "service", op: "start", name: "s", user: true, unit: "/u", by: "x" },
  setting: {
    kind: "setting",
    setting: "user",
    changes: [{ key: "zoe", before: null, after: { create_home: true } }],
    by: "x",
  },
};

for (const [kind, step] of Object.entries(STEPS)) {
  Deno.test(`journal: a step of kind ${kind} is read as it was written`, () => {
    const { fs } = inMemory();
    const header = {
      version: 1 as const,
      number: 1 as SnapshotNumber,
      previous: null,
      time: "2026-01-02T03:04:05.000Z",
      description: "apply",
      steps: [step],
    };
    new Journal(fs, "/root/syslua", header);
    assert.deepEqual(readJournals(fs, "/root/syslua").map((one) => one.header), [header]);
  });
}
