/** What a step that is done has put on the disk, once its folders are flushed. */
import assert from "node:assert/strict";
import { flushFolders } from "../../src/activation/flush.ts";
import { doPathStep, undoPathStep } from "../../src/activation/path_step.ts";
import { ABSENT } from "../../src/plan/state.ts";
import type { PathState, Step } from "../../src/plan/types.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";
import { NOTHING } from "../../src/system/memory/survivors.ts";

type PathStep = Extract<Step, { kind: "path" }>;

const step = (before: PathState, after: PathState): PathStep =>
  ({ kind: "path", path: "/home/d", before, after }) as PathStep;
const folder: PathState = { kind: "dir", mode: 0o710 };

Deno.test("path step: of a folder that is made, its own mode is flushed with it", () => {
  const { fs } = memorySystem();
  fs.mkdir("/home", 0o755);
  fs.syncDir("/");
  const made = step(ABSENT, folder);
  doPathStep(fs, made, () => {});
  flushFolders(fs, [made]);
  fs.disk.powerCut(NOTHING);
  assert.equal(fs.lstat("/home/d")?.mode, 0o710);
});

Deno.test("path step: of a folder that is put back, its time is flushed with it", () => {
  const { fs } = memorySystem();
  fs.mkdir("/home", 0o755);
  fs.syncDir("/");
  const kept = { uid: 0, gid: 0, mtime: 1_000_000_000 };
  const removed = step({ ...folder, kept } as PathState, ABSENT);
  assert.deepEqual(undoPathStep(fs, removed), { kind: "restored" });
  flushFolders(fs, [removed]);
  fs.disk.powerCut(NOTHING);
  const found = fs.lstat("/home/d");
  assert.deepEqual([found?.mode, found?.mtime], [0o710, 1_000_000_000]);
});
