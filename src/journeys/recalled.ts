/** Takes an entry file, gives what running it gave the last time, while all that the run looked at is as it was.
 *
 * Lua does not see what is in a file that is only put somewhere (`file { source = … }`): where such a file is another
 * one now, its new hash takes the place of the old one in what Lua handed over.
 *
 * The record is one of `src/recall/`; in place of a command's output it has the outcome as JSON. */
import { join } from "node:path/posix";
import { hashFile } from "../config/tree.ts";
import type {
  ConfigFile,
  EvaluationLimits,
  Outcome,
  SeenSource,
  SourceFile,
} from "../config/types.ts";
import { sha256Hex, shortHash } from "../digest.ts";
import type { InputSpec, ResolvedInput } from "../inputs/types.ts";
import type { Machine } from "../machine/open.ts";
import { answerOf, contentText } from "../recall/looks.ts";
import { Noting, TICK } from "../recall/notes.ts";
import { notingClock, notingHost } from "../recall/noting.ts";
import { notingFs } from "../recall/noting_fs.ts";
import { readRecord } from "../recall/recall.ts";
import { allLooks, type Look } from "../recall/record.ts";
import { remember } from "../recall/remember.ts";
import { FsError, type ReadFs, type System } from "../system/mod.ts";

/** UTF-16 units: 100,000 files. */
const MOST_OUTCOME = 1 << 25;

/** What an evaluation is known by. */
export interface EvaluationKey {
  /** What tells this program from every other. */
  readonly program: string;
  readonly version: string;
  readonly entry: string;
  readonly limits: EvaluationLimits;
}

/** As it is kept. */
interface Kept {
  readonly declared: Outcome["declared"];
  readonly inputs: readonly (readonly [string, ResolvedInput])[];
  readonly messages: readonly string[];
  readonly own: readonly string[];
  /** Of each file: path, mode, SHA-256. */
  readonly files: readonly (readonly [string, number, string])[];
  readonly sources: readonly KeptSource[];
}

interface KeptSource {
  readonly root: string;
  readonly path: string;
  readonly real: string;
  readonly id: string;
  /** What tells its content from any other; null where that can't be told. */
  readonly seal: string | null;
  /** With another hash the config would have to be run. */
  readonly fixed: boolean;
}

/** What is known of an evaluation, before its inputs are. */
export interface Recalled {
  /** The `inputs` table. */
  readonly declared: Readonly<Record<string, InputSpec>>;
  /** The rest; null where the config has to be run. */
  outcome(inputs: ReadonlyMap<string, ResolvedInput>): RecalledOutcome | null;
}

export interface RecalledOutcome {
  readonly outcome: Outcome;
  /** Keeps what has changed. Call it with a lock on the root held. */
  keep(): void;
}

/** What was known of an evaluation; null where the config has to be run. */
export function recallEvaluation(
  machine: Machine,
  world: System,
  key: EvaluationKey,
): Recalled | null {
  const { locks, root } = machine;
  const text = keyText(key);
  const since = now(locks);
  return unlessGone(() => {
    const record = readRecord(locks, root, text);
    if (record === null) return null;
    const looks = allLooks(record.looks);
    if (!looks.every((look) => holds(world, look))) return null;
    const [[, head], [, handed]] = record.output;
    const kept = JSON.parse(head) as Kept;
    return {
      declared: kept.declared,
      outcome: (inputs) =>
        unlessGone(() => {
          if (JSON.stringify([...inputs]) !== JSON.stringify(kept.inputs)) return null;
          const files = sameFiles(world.fs, key.entry, kept);
          const renewed = renewedSources(world.fs, kept.sources, since);
          if (files === null || renewed === null) return null;
          if (names(handed, renewed.ids)) return null;
          const outcome: Outcome = {
            ...kept,
            files,
            handed: exchanged(handed, renewed.ids),
            sources: [],
            seen: renewed.seen,
          };
          const keep = () => {
            if (!renewed.changed) return;
            write(machine, text, { ...kept, sources: renewed.sources }, outcome.handed, looks);
          };
          return { outcome, keep };
        }),
    };
  });
}

/** Whether a look tells the same. Whoever notes what is looked at in this world notes it, too; so none is spared for
 * what another one tells. */
function holds(world: System, { kind, name, answer }: Look): boolean {
  return kind === "if" || answerOf(world, kind, name) === answer;
}

/** The files as they were read; null where one is another. */
function sameFiles(fs: ReadFs, entry: string, { files }: Kept): ConfigFile[] | null {
  const same: ConfigFile[] = [];
  for (const [path, mode, hash] of files) {
    const content = fs.readFile(join(entry, "..", path));
    if (sha256Hex(content) !== hash) return null;
    same.push({ path, content, mode });
  }
  return same;
}

/** The sources as they are now, and by what their ids are replaced; null where that is not enough. */
function renewedSources(fs: ReadFs, before: readonly KeptSource[], since: number) {
  const taken = new Set(before.map(({ id }) => id));
  const ids = new Map<string, string>();
  const sources: KeptSource[] = [];
  const seen: SeenSource[] = [];
  let changed = false;
  for (const source of before) {
    const info = fs.lstat(source.real);
    if (info?.kind !== "file") return null;
    const { root, path, real } = source;
    if (source.seal === contentText(info)) {
      sources.push(source);
      seen.push({ root, path, real, info, id: source.id });
      continue;
    }
    const id = shortHash(hashFile(fs, source.real, info));
    if (id !== source.id) {
      if (source.fixed || taken.has(id)) return null;
      taken.add(id);
      ids.set(source.id, id);
    }
    const seal = sealOf(info, since);
    changed ||= id !== source.id || seal !== source.seal;
    sources.push({ ...source, id, seal });
    seen.push({ root, path, real, info, id });
  }
  return { sources, seen, ids, changed };
}

/** What has changed but now may change again, and look the same. */
function sealOf(info: SourceFile["info"], since: number): string | null {
  return info.ctime === null || info.ctime > since - TICK ? null : contentText(info);
}

/** Ids as a text may have them; one that stands in the middle of other letters is none. */
const ID = /[0-9a-df-np-sv-z]{32}/g;
/** The same with what is around one that is all of a text in JSON. */
const NAMED = /("(?:\/syslua-src-)?)?([0-9a-df-np-sv-z]{32})(")?/g;

/** Whether a text already has an id that others are to be replaced with: it would be taken for one of them the next
 * time. */
function names(text: string, ids: ReadonlyMap<string, string>): boolean {
  if (ids.size === 0) return false;
  const there = new Set(text.match(ID));
  return [...ids.values()].some((id) => there.has(id));
}

function exchanged(text: string, ids: ReadonlyMap<string, string>): string {
  return ids.size === 0 ? text : text.replace(ID, (id) => ids.get(id) ?? id);
}

/** A world to evaluate in, and what keeps the outcome. */
export interface Watched {
  /** What is looked at here is noted. */
  readonly world: System;
  /** Call it with a lock on the root held. */
  keep(): void;
  /** Says what came of it. */
  done(outcome: Outcome, inputs: ReadonlyMap<string, ResolvedInput>): void;
}

/** Notes what an evaluation looks at. */
export function watched(machine: Machine, world: System, key: EvaluationKey): Watched {
  const since = now(machine.locks);
  // What it looks at itself is nothing that whoever notes in this world has to know.
  const { fs, clock } = machine.locks;
  const noting = new Noting({ ...world, fs, clock });
  let made: { kept: Kept; handed: string; looks: readonly Look[] } | null = null;
  return {
    world: {
      ...world,
      fs: notingFs(world.fs, noting),
      host: notingHost(world.host, noting),
      clock: notingClock(world.clock, noting),
    },
    done: (outcome, inputs) => {
      const looks = noting.looks();
      if (looks !== null) {
        made = { kept: keptOf(outcome, inputs, since), handed: outcome.handed, looks };
      }
    },
    keep: () => {
      if (made !== null) write(machine, keyText(key), made.kept, made.handed, made.looks);
    },
  };
}

function keptOf(
  { declared, messages, own, files: read, sources, handed }: Outcome,
  inputs: ReadonlyMap<string, ResolvedInput>,
  since: number,
): Kept {
  const found = namedIn(handed);
  const files = new Map<string, number>();
  for (const { id } of sources) files.set(id, (files.get(id) ?? 0) + 1);
  return {
    declared,
    inputs: [...inputs],
    messages: [...messages],
    own,
    files: read.map(({ path, mode, content }) => [path, mode, sha256Hex(content)]),
    sources: sources.map(({ root, path, real, id, info, shown, times }) => {
      // Once in the list of sources, and once for each time that it was asked for: if not, it is somewhere else, too.
      // Of two files with the same, one may change without the other.
      const fixed = shown || found.get(id) !== times + 1 || files.get(id) !== 1;
      return { root, path, real, id, seal: sealOf(info, since), fixed };
    }),
  };
}

/** How often ids stand where Lua puts those of sources: alone, or as a whole placeholder. NaN where one is in the midst
 * of a text, too: what the config itself says is not exchanged. */
function namedIn(handed: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [, before, id, after] of handed.matchAll(NAMED)) {
    const alone = before !== undefined && after !== undefined;
    found.set(id, alone ? (found.get(id) ?? 0) + 1 : NaN);
  }
  return found;
}

function write(
  { locks, root }: Machine,
  key: string,
  kept: Kept,
  handed: string,
  looks: readonly Look[],
): void {
  const output = [["out", JSON.stringify(kept)], ["out", handed]] as const;
  remember(locks, root, { key, code: 0, output, looks }, { mostOutput: MOST_OUTCOME });
}

function keyText({ program, version, entry, limits }: EvaluationKey): string {
  return JSON.stringify(["evaluation", program, version, entry, limits]);
}

/** Seconds since the epoch. */
function now({ clock }: Machine["locks"]): number {
  return clock.now().getTime() / 1000;
}

/** Running the config says what is wrong. */
function unlessGone<T>(look: () => T): T | null {
  try {
    return look();
  } catch (thrown) {
    if (thrown instanceof FsError) return null;
    throw thrown;
  }
}
