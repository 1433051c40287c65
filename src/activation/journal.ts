/** Takes the steps of an apply, gives a record on disk from which they can be undone.
 *
 * `<root>/journal/<n>.jsonl`, where n is the number that the new snapshot will have. The first line is the
 * header: every step with the state before and after it. It is written whole and flushed before the first step,
 * so a crash in the middle of any step is covered: undoing a path step that never happened is harmless. What
 * undoing is not harmless for (commands, services, settings) gets a line `{"begin": <index>}`, flushed, before it.
 *
 * The commit is the renaming to `<n>.committed`: it has happened or not, whatever fails. It comes after the new
 * snapshot is on disk and `current` points to it. `<n>.unrestored` holds the steps of a journal that could not be
 * undone; it is kept for `sys repair`.
 */
import { join } from "node:path/posix";
import { SysError } from "../errors.ts";
import type { PathState, Step } from "../plan/types.ts";
import { freeName } from "../system/free_name.ts";
import { UNFINISHED, writeLasting } from "../snapshot/files.ts";
import { pathState } from "../snapshot/format.ts";
import { whyNoFile } from "../snapshot/no_file.ts";
import {
  anything,
  byKind,
  fields,
  flag,
  list,
  nullable,
  oneOf,
  text,
  whole,
} from "../snapshot/shape.ts";
import type { Original } from "../snapshot/originals.ts";
import type { SnapshotNumber } from "../snapshot/types.ts";
import type { FileSystem, ReadFs } from "../system/fs.ts";
import { makeLastingFolders } from "../system/folders.ts";

/** The first line. */
export interface JournalHeader {
  readonly version: 1;
  /** Number that the snapshot gets. */
  readonly number: SnapshotNumber;
  /** The snapshot that was current before. */
  readonly previous: SnapshotNumber | null;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** `apply`, `rollback to 3`, … */
  readonly description: string;
  readonly steps: readonly Step[];
  /** What was kept for it, and is listed among the originals once it is done. */
  readonly kept?: readonly Original[];
}

/** A journal that was found on disk. */
export interface FoundJournal {
  readonly path: string;
  readonly header: JournalHeader;
  /** Indexes of the steps of which a line says that they were begun. */
  readonly begun: ReadonlySet<number>;
  /** Index of the last step that was begun, where that is known: what comes after it never happened. */
  readonly reached: number;
  /** An earlier recovery could not undo all of it. */
  readonly unrestored: boolean;
}

/** `<root>/journal`. */
export function journalFolder(root: string): string {
  return join(root, "journal");
}

/** A journal that is being written. */
export class Journal {
  readonly #path: string;
  readonly begun = new Set<number>();
  /** Index of the last step that was begun. */
  reached = -1;

  /** Writes the header. */
  constructor(readonly fs: FileSystem, readonly root: string, readonly header: JournalHeader) {
    makePrivate(fs, journalFolder(root));
    this.#path = join(journalFolder(root), `${header.number}.jsonl`);
    writeLasting(fs, this.#path, headerLine(header), 0o600);
  }

  /** Steps up to this one may be begun from now on. */
  reach(index: number): void {
    this.reached = Math.max(this.reached, index);
  }

  /** Says that a step is about to be done. */
  begin(index: number): void {
    this.begun.add(index);
    this.reach(index);
    const file = this.fs.append(this.#path, 0o600);
    try {
      file.write(new TextEncoder().encode(JSON.stringify({ begin: index }) + "\n"));
      file.sync();
    } finally {
      file.close();
    }
  }

  /** From here on the apply has happened. */
  commit(): void {
    const committed = this.#path.replace(/\.jsonl$/, ".committed");
    this.fs.rename(this.#path, committed);
    try {
      this.fs.syncDir(journalFolder(this.root));
      this.fs.remove(committed);
    } catch {
      // It has happened, and the next command cleans up.
    }
  }

  /** As it would be found on disk. */
  found(): FoundJournal {
    const { header, begun, reached } = this;
    return { path: this.#path, header, begun, reached, unrestored: false };
  }
}

/** A header as a line of JSON, in parts: of steps there may be many thousands. */
function* headerLine({ steps, ...rest }: JournalHeader): Generator<string, void> {
  yield `${JSON.stringify(rest).slice(0, -1)},"steps":[`;
  let between = "";
  for (const step of steps) {
    yield between + JSON.stringify(step);
    between = ",";
  }
  yield "]}\n";
}

/** A journal names what every user has in the home, and what is done there: for its owner alone. */
function makePrivate(fs: FileSystem, folder: string): void {
  makeLastingFolders(fs, folder, 0o700);
  if (fs.lstat(folder)?.mode !== 0o700) fs.chmod(folder, 0o700);
}

/** Ends a journal. Steps that could not be undone are set aside for `repair`. */
export function endJournal(
  fs: FileSystem,
  root: string,
  { path, header }: FoundJournal,
  failed: readonly Step[],
): void {
  const aside = join(journalFolder(root), `${header.number}.unrestored`);
  if (failed.length > 0) {
    const paths = new Set(failed.flatMap((step) => step.kind === "path" ? [step.path] : []));
    // Numbers of what was put back may be given again.
    const kept = header.kept?.filter(({ path }) => paths.has(path));
    const lines = [
      { ...header, steps: failed, ...(kept ? { kept } : {}) },
      ...failed.map((_, index) => ({ begin: index })),
    ];
    writeLasting(fs, aside, lines.map((line) => JSON.stringify(line) + "\n").join(""), 0o600);
  }
  if (failed.length === 0 || path !== aside) fs.remove(path);
  fs.syncDir(journalFolder(root));
}

/** Journals that were not committed, the newest first.
 * @throws SysError of kind "activation" when one can't be read */
export function readJournals(fs: ReadFs, root: string): FoundJournal[] {
  return journalPaths(fs, root).map((path) => readJournal(fs, path));
}

function journalPaths(fs: ReadFs, root: string): string[] {
  const folder = journalFolder(root);
  if (fs.lstat(folder) === null) return [];
  return fs.readDir(folder)
    .filter((name) => /^[0-9]+\.(jsonl|unrestored)$/.test(name))
    .sort((a, b) => parseInt(b) - parseInt(a))
    .map((name) => join(folder, name));
}

/** Names in the journal folder that mean nothing any more. */
export function leftovers(fs: ReadFs, root: string): string[] {
  const folder = journalFolder(root);
  if (fs.lstat(folder) === null) return [];
  return fs.readDir(folder)
    .filter((name) => name.endsWith(".committed") || name.endsWith(UNFINISHED))
    .map((name) => join(folder, name));
}

/**
 * Sets journals aside that can't be read: what they had begun is not undone any more.
 * @returns where they lie now
 * @throws SysError of kind "activation" for one of a newer version, which stays
 */
export function setAsideJournals(fs: FileSystem, root: string): string[] {
  const aside = damagedJournals(fs, root).map((path) => {
    const to = freeName(fs, `${path}.damaged`);
    fs.rename(path, to);
    return to;
  });
  if (aside.length > 0) fs.syncDir(journalFolder(root));
  return aside;
}

/** Journals that can't be read. @throws SysError of kind "activation" for one of a newer version */
export function damagedJournals(fs: ReadFs, root: string): string[] {
  return journalPaths(fs, root).filter((path) => {
    try {
      readJournal(fs, path);
      return false;
    } catch (thrown) {
      if (!(thrown instanceof DamagedJournal)) throw thrown;
      return true;
    }
  });
}

class DamagedJournal extends SysError {
  constructor(path: string, why: string, cause?: unknown) {
    super("activation", `Cannot undo an interrupted apply: ${path} is damaged (${why})`, {
      hint: "`sys repair` sets it aside without undoing, and lists what was kept as originals",
      cause,
    });
  }
}

const step = byKind({
  path: fields({ path: text, before: pathState, after: pathState, by: text }),
  run: fields({ check: nullable(text), undo: nullable(text), by: text }),
  service: fields({ op: oneOf("stop", "start"), name: text, user: flag, unit: text }),
  setting: fields({
    setting: text,
    changes: list(fields({ key: text, before: anything, after: anything })),
    by: text,
  }),
});

const header = fields({
  number: whole,
  previous: nullable(whole),
  time: text,
  description: text,
  steps: list(step),
});

function readHeader(path: string, line: string): JournalHeader {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new DamagedJournal(path, "no JSON", cause);
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > 1) {
    throw new SysError(
      "activation",
      `Cannot undo an interrupted apply: ${path} has version ${version}, this sys knows 1`,
      { hint: "run the newer sys that wrote it" },
    );
  }
  const wrong = version === 1 ? header(value) : ".version: is none that ever was";
  if (wrong !== null) throw new DamagedJournal(path, wrong.replace(/^\./, ""));
  return value as JournalHeader;
}

function readLines(fs: ReadFs, path: string): string[] {
  const why = whyNoFile(fs, path);
  if (why !== null) throw new DamagedJournal(path, `it ${why}`);
  return new TextDecoder().decode(fs.readFile(path)).split("\n");
}

function readJournal(fs: ReadFs, path: string): FoundJournal {
  const [first, ...rest] = readLines(fs, path);
  const header = readHeader(path, first);
  // A crash may have cut the last line short; then its step was not begun.
  const begun = rest.flatMap((line) => {
    const found = /^\{"begin":([0-9]+)\}$/.exec(line);
    return found ? [Number(found[1])] : [];
  });
  return {
    path,
    header,
    begun: new Set(begun),
    reached: header.steps.length - 1,
    unrestored: path.endsWith(".unrestored"),
  };
}

/** Paths of the objects that journals need to undo their steps: roots for gc. */
export function journalContents(fs: ReadFs, root: string): string[] {
  const contents = (state: PathState) =>
    state.kind === "file" && state.content !== undefined
      ? [state.content]
      : state.kind === "link"
      ? [state.to]
      : [];
  return readJournals(fs, root).flatMap(({ header }) => [
    ...header.steps.flatMap((step) =>
      step.kind === "path" ? [...contents(step.before), ...contents(step.after)] : []
    ),
    ...(header.kept ?? []).flatMap(({ state }) => contents(state)),
  ]);
}
