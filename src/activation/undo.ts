/** Takes a journal, undoes its steps in reverse; tells what could not be undone. */
import { messageOf } from "../errors.ts";
import type { Step } from "../plan/types.ts";
import type { Adapters } from "../platform/adapters.ts";
import { makeCurrent, snapshotFolder, snapshotPath } from "../snapshot/history.ts";
import { removeUnfinished } from "../snapshot/files.ts";
import { removeUnneededBases } from "../snapshot/remove.ts";
import type { FileSystem } from "../system/fs.ts";
import { flushFolders } from "./flush.ts";
import { endJournal, type FoundJournal } from "./journal.ts";
import { Labelling } from "./labelling.ts";
import { undoPathStep } from "./path_step.ts";
import { checkPasses, runCommand } from "./run_step.ts";
import { asTheirUsers, pathsOfSteps } from "./their_files.ts";
import { strikeUndone } from "./originals.ts";

/** What undoing came to. */
export interface Undoing {
  /** How many steps were put back. */
  readonly restored: number;
  /** What could not be, one sentence each, with the place of the original. */
  readonly failed: readonly string[];
  /** Commands that ran and have no way back. */
  readonly final: readonly string[];
}

/** Puts everything back as it was before a journal's first step, and ends the journal. */
export async function undoJournal(
  ownFs: FileSystem,
  adapters: Adapters,
  root: string,
  journal: FoundJournal,
): Promise<Undoing> {
  const { header, begun, reached } = journal;
  const fs = await asTheirUsers(ownFs, root, pathsOfSteps(header.steps));
  const failed: string[] = [], failedSteps: Step[] = [], final: string[] = [];
  let restored = 0;
  const labelling = new Labelling(adapters, root);
  const attempt = async (what: string, action: () => unknown): Promise<boolean> => {
    try {
      await action();
      return true;
    } catch (thrown) {
      failed.push(`${what}: ${messageOf(thrown)}`);
      return false;
    }
  };
  const forgotten = await attempt(
    "the list of snapshots",
    () => forgetSnapshot(fs, root, journal),
  );
  for (let index = Math.min(reached, header.steps.length - 1); index >= 0; index--) {
    const step = header.steps[index];
    if (step.kind === "path") {
      const outcome = undoPathStep(fs, step);
      if (outcome.kind === "restored") {
        restored++;
        labelling.add(step);
      }
      if (outcome.kind === "failed") {
        failed.push(`${step.path}: ${outcome.why}${whereKept(step)}`);
        failedSteps.unshift(step);
      }
    } else if (begun.has(index)) {
      if (step.kind === "run" && step.undo === null) {
        final.push(typeof step.command === "string" ? step.command : step.command.join(" "));
        continue;
      }
      await attempt("labels", () => labelling.flush());
      if (await attempt(nameOf(step), () => undoOther(adapters, step))) restored++;
      else failedSteps.unshift(step);
    }
  }
  await attempt("labels", () => labelling.flush());
  const flushed = await attempt("the disk", () => flushFolders(fs, header.steps));
  // Nothing ends being held before what was put back has reached the disk.
  const settled = await attempt(
    "the list of originals",
    () => strikeUndone(fs, root, header.kept ?? [], pathsOf(failedSteps)),
  );
  // While `current` may still name the new snapshot, or what was put back may not have reached the disk, the next
  // command has to try again.
  if (forgotten && settled && flushed) endJournal(fs, root, journal, failedSteps);
  return { restored, failed, final };
}

function pathsOf(steps: readonly Step[]): Set<string> {
  return new Set(steps.flatMap((step) => step.kind === "path" ? [step.path] : []));
}

/** The new snapshot never was. */
function forgetSnapshot(fs: FileSystem, root: string, { header, unrestored }: FoundJournal): void {
  // Later applies may have given the number of a journal that was set aside to somebody else.
  if (unrestored) return;
  removeUnfinished(fs, snapshotFolder(root));
  if (fs.lstat(snapshotFolder(root)) !== null) makeCurrent(fs, root, header.previous);
  const path = snapshotPath(root, header.number);
  if (fs.lstat(path) !== null) {
    fs.remove(path);
    fs.syncDir(snapshotFolder(root));
  }
  removeUnneededBases(fs, root);
}

async function undoOther(adapters: Adapters, step: Step): Promise<void> {
  switch (step.kind) {
    case "path":
      return;
    case "run":
      return await undoRun(adapters, step);
    case "service":
      return await (step.op === "stop"
        ? adapters.services.start(step)
        : adapters.services.stop(step));
    case "setting":
      return await adapters.settings.set(
        { kind: step.setting, account: step.account },
        step.changes.map(({ key, before, after }) => ({ key, before: after, after: before }))
          .reverse(),
      );
  }
}

/** A command may have been killed before it did anything: where its check says so, its undo may fail. */
async function undoRun(adapters: Adapters, step: Extract<Step, { kind: "run" }>): Promise<void> {
  const { check, undo, account } = step;
  if (undo === null) return;
  try {
    await runCommand(adapters, undo, { account });
  } catch (thrown) {
    if (check === null || await checkPasses(adapters, check, { account })) throw thrown;
  }
}

/** What a step is, in words. */
export function nameOf(step: Step): string {
  switch (step.kind) {
    case "path":
      return step.path;
    case "run":
      return `\`${typeof step.command === "string" ? step.command : step.command.join(" ")}\``;
    case "service":
      return `service ${step.name}`;
    case "setting":
      return `${step.setting} ${step.changes.map(({ key }) => key).join(", ")}`;
  }
}

function whereKept(step: Extract<Step, { kind: "path" }>): string {
  if (step.before.kind === "file" && step.before.content !== undefined) {
    return `; what was there lies in ${step.before.content}`;
  }
  return step.before.kind === "link" ? `; it was a link to ${step.before.to}` : "";
}
