/** Takes a root whose last apply may have been killed, undoes what it had begun. */
import { SysError } from "../errors.ts";
import type { Adapters } from "../platform/adapters.ts";
import { removeUnfinished } from "../snapshot/files.ts";
import { readCurrent, snapshotFolder } from "../snapshot/history.ts";
import { originalsFolder } from "../snapshot/originals.ts";
import type { FileSystem } from "../system/fs.ts";
import { endJournal, type FoundJournal, leftovers, readJournals } from "./journal.ts";
import { keepForgotten, sweepHeld } from "./originals.ts";
import { asTheirUsers } from "./their_files.ts";
import { nameOf, undoJournal } from "./undo.ts";

/** What was undone. */
export interface Recovery {
  /** What had been interrupted: `apply`, `rollback to 3`. */
  readonly description: string;
  /** When it began, ISO 8601. */
  readonly time: string;
  /** How many steps were put back. */
  readonly restored: number;
  /** Commands that had run and have no way back. */
  readonly final: readonly string[];
}

/**
 * Undoes an interrupted apply; call it with the exclusive lock held. Null when there was none.
 * @throws SysError of kind "unrestored" when something could not be put back. The journal is then set aside for
 * `repair`, so that later commands go on.
 */
export async function recover(
  fs: FileSystem,
  adapters: Adapters,
  root: string,
): Promise<Recovery | null> {
  await clean(fs, root);
  const [journal] = readJournals(fs, root).filter(({ unrestored }) => !unrestored);
  return journal === undefined ? null : await undo(fs, adapters, root, journal);
}

/** A step that is not to be undone any more. */
export interface Forgotten {
  /** In words: a path, a service, a command. */
  readonly what: string;
  /** Of the original that lies there no more; null where there is none. */
  readonly original: number | null;
}

/** What repairing came to. */
export interface Repairs {
  readonly recoveries: readonly Recovery[];
  readonly forgotten: readonly Forgotten[];
}

/** Tries again to undo what an earlier recovery could not; with `forget`, gives it up: what was there stays among the
 * originals. */
export async function repair(
  fs: FileSystem,
  adapters: Adapters,
  root: string,
  forget: boolean,
): Promise<Repairs> {
  await clean(fs, root);
  const recoveries: Recovery[] = [], forgotten: Forgotten[] = [];
  for (const journal of readJournals(fs, root)) {
    if (forget && journal.unrestored) forgotten.push(...forgetSteps(fs, root, journal));
    else recoveries.push(await undo(fs, adapters, root, withoutManaged(fs, root, journal)));
  }
  return { recoveries, forgotten };
}

function forgetSteps(fs: FileSystem, root: string, journal: FoundJournal): Forgotten[] {
  const { steps, time } = journal.header;
  const originals = keepForgotten(fs, root, steps, time);
  endJournal(fs, root, journal, []);
  return steps.map((step) => ({
    what: nameOf(step),
    original: step.kind === "path" ? originals.get(step.path) ?? null : null,
  }));
}

/** What a later apply has put in place is no longer for an earlier journal to undo. */
function withoutManaged(fs: FileSystem, root: string, journal: FoundJournal): FoundJournal {
  const current = journal.unrestored ? readCurrent(fs, root) : null;
  const managed = new Set(current?.wanted.paths.map(({ path }) => path) ?? []);
  const steps = journal.header.steps.filter((step) =>
    step.kind !== "path" || !managed.has(step.path)
  );
  return { ...journal, header: { ...journal.header, steps } };
}

/** What a crash left and nobody needs. */
async function clean(ownFs: FileSystem, root: string): Promise<void> {
  const fs = await asTheirUsers(ownFs, root, []);
  for (const path of leftovers(fs, root)) fs.remove(path);
  removeUnfinished(fs, snapshotFolder(root));
  removeUnfinished(fs, originalsFolder(root));
  sweepHeld(fs, root);
}

async function undo(
  fs: FileSystem,
  adapters: Adapters,
  root: string,
  journal: FoundJournal,
): Promise<Recovery> {
  const { restored, failed, final } = await undoJournal(fs, adapters, root, journal);
  const { description, time } = journal.header;
  if (failed.length === 0) return { description, time, restored, final };
  throw new SysError(
    "unrestored",
    `Cannot restore everything that an interrupted ${description} had changed`,
    {
      notes: failed,
      hint: "put these back by hand, or mend the cause and run `sys repair`",
    },
  );
}
