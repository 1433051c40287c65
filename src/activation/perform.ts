/** Takes an approved Plan, makes the system so, and records a Snapshot; all or nothing.
 *
 * | instant of death | what the next command finds | what it does |
 * | --- | --- | --- |
 * | before the journal has its name | no journal, nothing changed | nothing |
 * | during the steps | a journal | undoes the steps, all of them: most never happened |
 * | after the snapshot is written | a journal and a snapshot that nothing points to | the same, and removes it |
 * | after `current` points to it | a journal | the same, and points `current` back first |
 * | after the journal is renamed to `.committed` | a committed journal | removes it: the apply has happened |
 *
 * Path steps are done one after another: each takes some microseconds, less than starting a task would.
 */
import { join } from "node:path/posix";
import { messageOf, SysError } from "../errors.ts";
import type { Plan, Step, Wanted } from "../plan/types.ts";
import type { Adapters } from "../platform/adapters.ts";
import { currentNumber, makeCurrent, nextNumber } from "../snapshot/history.ts";
import { addOriginals, type Original } from "../snapshot/originals.ts";
import { recordSnapshot } from "../snapshot/record.ts";
import { noteSnapshot } from "../snapshot/summary.ts";
import type { Snapshot, SnapshotNumber } from "../snapshot/types.ts";
import type { Store } from "../store/types.ts";
import type { System } from "../system/mod.ts";
import { flushFolders } from "./flush.ts";
import { Journal, readJournals } from "./journal.ts";
import { Labelling } from "./labelling.ts";
import { keepOriginals } from "./keep.ts";
import { doPathStep } from "./path_step.ts";
import { strikeReturned, sweepHeld } from "./originals.ts";
import { checkPasses, runCommand } from "./run_step.ts";
import { nameOf, undoJournal } from "./undo.ts";
import { WrittenAhead } from "./write_ahead.ts";
import { asTheirUsers, pathsOfSteps } from "./their_files.ts";
import { makeLastingFolders } from "../system/folders.ts";

/** Path steps between two looks at whether somebody pressed Ctrl-C. */
const YIELD_EVERY = 128;

/** What the snapshot says beside what the plan knows. */
export type Provenance = Pick<
  Snapshot,
  "description" | "config" | "lock" | "derivations" | "restores"
>;

/** What to perform. */
export interface Performance {
  readonly root: string;
  /** Approved (`approve`), with nothing pending. */
  readonly plan: Plan;
  readonly wanted: Wanted;
  readonly provenance: Provenance;
  readonly adapters: Adapters;
  readonly signal?: AbortSignal;
  /** Called before each step, and with null after the last. */
  readonly onStep?: (step: Step | null) => void;
}

/** How it ended. */
export interface Outcome {
  /** Null when nothing changed. */
  readonly snapshot: Snapshot | null;
  /** What of the user's was set aside, and is listed among the originals now. */
  readonly kept: readonly Original[];
}

/**
 * Does the steps of a plan.
 * @throws SysError of kind "activation" or "interrupted": the system is as before; of kind "unrestored": see its notes
 */
export async function perform(
  system: Pick<System, "fs" | "clock">,
  store: Pick<Store, "addFiles" | "addTree" | "pathOf">,
  performance: Performance,
): Promise<Outcome> {
  const { clock } = system;
  const { root, provenance, wanted } = performance;
  if (performance.plan.steps.length === 0 && !performance.plan.changes) {
    return { snapshot: null, kept: [] };
  }
  throwIfAborted(performance.signal);
  const owned = pathsOfSteps(performance.plan.steps);
  let fs = await asTheirUsers(system.fs, root, owned);
  makeLastingFolders(fs, root);
  const { plan, journal } = begin({ fs, clock }, store, performance);
  const { number, time, kept = [] } = journal.header;
  const snapshot: Snapshot | null = !plan.changes ? null : {
    version: 1,
    number,
    time,
    ...provenance,
    wanted,
    originals: plan.originals,
    settings: plan.settings,
    ran: wanted.runs.map(({ id }) => id),
    tags: [],
  };
  const ahead = new WrittenAhead();
  const labelling = new Labelling(performance.adapters, root);
  let index = 0;
  try {
    for (; index < plan.steps.length; index++) {
      if (plan.steps[index].kind === "setting" && fs !== system.fs) {
        // A user of whom a process runs can't be removed.
        flushFolders(fs, plan.steps);
        await system.fs.dismiss();
        fs = system.fs;
      }
      if (index % YIELD_EVERY === YIELD_EVERY - 1) await clock.sleep(0);
      throwIfAborted(performance.signal);
      performance.onStep?.(plan.steps[index]);
      ahead.prepare(fs, plan.steps, index, (last) => journal.reach(last));
      await doStep({ fs, journal, ahead, labelling }, performance, plan.steps[index], index);
    }
    await labelling.flush();
    performance.onStep?.(null);
    fs = await asTheirUsers(system.fs, root, owned);
    flushFolders(fs, plan.steps);
    throwIfAborted(performance.signal);
    if (snapshot) {
      recordSnapshot(fs, root, snapshot);
      makeCurrent(fs, root, number);
    }
    addOriginals(fs, root, kept);
    journal.commit();
  } catch (thrown) {
    throw await undone(system, performance, journal, thrown, plan.steps[index]);
  }
  if (snapshot) noteSnapshot(fs, root, number);
  return { snapshot, kept: [...kept, ...returned(fs, root, plan)] };
}

/** Keeps what will be replaced, and writes the journal. Where that fails nothing has happened, and nothing is held. */
function begin(
  { fs, clock }: Pick<System, "fs" | "clock">,
  store: Parameters<typeof perform>[1],
  { root, plan: approved, provenance: { description } }: Performance,
): { readonly plan: Plan; readonly journal: Journal } {
  const time = clock.now().toISOString();
  try {
    const { plan, kept } = keepOriginals({ fs, root, store, time }, approved);
    // What the journal will point to is on the disk before the journal is.
    const stored = join(root, "store", "obj");
    if (fs.lstat(stored) !== null) fs.syncDir(stored);
    const [number, previous] = [freeNumber(fs, root), currentNumber(fs, root)];
    const header = { version: 1, number, previous, time, description, steps: plan.steps, kept };
    return { plan, journal: new Journal(fs, root, { ...header, version: 1 }) };
  } catch (thrown) {
    try {
      sweepHeld(fs, root);
    } catch {
      // The next command does it.
    }
    throw thrown;
  }
}

/** What is at its place again is no original any more. It has happened, so failing at this undoes nothing. */
function returned(fs: System["fs"], root: string, plan: Plan): Original[] {
  const numbers = plan.steps.flatMap((step) =>
    step.kind === "path" && "kept" in step.after && step.after.kept?.number !== undefined
      ? [step.after.kept.number]
      : []
  );
  try {
    return strikeReturned(fs, root, new Set(numbers), (path) => path in plan.originals);
  } catch {
    return [];
  }
}

/** What the steps are done with. */
interface Doing {
  readonly fs: System["fs"];
  readonly journal: Journal;
  readonly ahead: WrittenAhead;
  readonly labelling: Labelling;
}

async function doStep(
  { fs, journal, ahead, labelling }: Doing,
  { adapters, signal }: Performance,
  step: Step,
  index: number,
): Promise<void> {
  if (step.kind === "path") {
    doPathStep(fs, step, () => journal.reach(index), ahead.take(step.path));
    return labelling.add(step);
  }
  await labelling.flush();
  if (step.kind === "run" && step.check !== null) {
    if (await checkPasses(adapters, step.check, { account: step.account, signal })) return;
  }
  journal.begin(index);
  switch (step.kind) {
    case "run":
      return await runCommand(adapters, step.command, { account: step.account, signal });
    case "service":
      return await adapters.services[step.op](step);
    case "setting":
      return await adapters.settings.set(
        { kind: step.setting, account: step.account },
        step.changes,
      );
  }
}

/** Undoes, and gives the error to throw. */
async function undone(
  system: Pick<System, "fs">,
  { adapters, root, signal }: Performance,
  journal: Journal,
  thrown: unknown,
  step: Step | undefined,
): Promise<SysError> {
  const { failed, final } = await undoJournal(system.fs, adapters, root, journal.found()).catch(
    (also) => ({ failed: [`the journal: ${messageOf(also)}`], final: [] }),
  );
  const cause = thrown instanceof SysError ? thrown : undefined;
  const by = step?.by ? ` (${step.by})` : "";
  const what = step === undefined ? "the end of the apply" : `${nameOf(step)}${by}`;
  const notes = [
    ...cause?.notes ?? [],
    ...final.map((command) => `\`${command}\` has run and has no \`undo\``),
  ];
  if (failed.length > 0) {
    return new SysError("unrestored", `Cannot restore everything after ${what} failed`, {
      notes: [messageOf(thrown), ...notes, ...failed],
      hint: "put these back by hand, or mend the cause and run `sys repair`",
      cause: thrown,
    });
  }
  if (signal?.aborted || cause?.kind === "interrupted") {
    return new SysError("interrupted", "Interrupted: the system is as before", { notes });
  }
  return new SysError("activation", `Cannot activate ${what}: ${messageOf(thrown)}`, {
    notes,
    ...(cause?.hint ? { hint: cause.hint } : {}),
    cause: thrown,
  });
}

/** A number that no snapshot has, nor a journal that was set aside. */
function freeNumber(fs: System["fs"], root: string): SnapshotNumber {
  const taken = readJournals(fs, root).map(({ header }) => header.number);
  return Math.max(nextNumber(fs, root), ...taken.map((one) => one + 1)) as SnapshotNumber;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new SysError("interrupted", "Interrupted");
}
