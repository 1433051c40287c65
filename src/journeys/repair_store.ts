/** Takes objects that are damaged or lost, makes them again from the config that the current snapshot came from. */
import { dirname, join, relative } from "node:path/posix";
import { buildProfile } from "../activation/profile.ts";
import { evaluateConfig, type EvaluationRequest } from "./evaluate.ts";
import { keepEdits } from "./edits.ts";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { protectObjects, releaseObjects } from "../machine/protection.ts";
import { bindAll } from "./propose.ts";
import { type BuildSettings, realizeFrom } from "./build.ts";
import { eachSnapshot, readCurrent, snapshotNumbers } from "../snapshot/history.ts";
import type { Original } from "../snapshot/originals.ts";
import { storeSources } from "./sources.ts";
import { bringBack, putAside } from "../store/aside.ts";
import { layoutOf } from "../store/layout.ts";
import { mendObject, openObject } from "../store/mend.ts";
import type { ObjectName } from "../store/names.ts";
import { readOutputs } from "../store/outputs.ts";
import { type Problem, verifyObjects } from "../store/verify.ts";
import type { FileSystem, System } from "../system/mod.ts";
import { redirected } from "../system/redirected.ts";

export interface StoreRepair {
  readonly evaluation: Omit<EvaluationRequest, "path">;
  readonly build: BuildSettings;
  /** A config to make objects from; the current snapshot's by default. */
  readonly path: string | undefined;
}

/** What came of it. */
export interface StoreRepaired {
  readonly repaired: readonly ObjectName[];
  /** Nothing says how to make these again: what is there of them stays. */
  readonly lost: readonly ObjectName[];
  /** What was in the way of making them again: it may be an edit. */
  readonly kept: readonly Original[];
}

/** Mends what can be mended in place, makes the rest again. Call it with the exclusive lock held. */
export async function repairStore(
  machine: Machine,
  found: readonly Problem[],
  request: StoreRepair,
): Promise<StoreRepaired> {
  const { fs } = machine.system;
  await releaseObjects(machine, found.map(({ object }) => object));
  const { problems, opened } = await open(machine, found);
  const mended = problems.filter((problem) => mendObject(fs, machine.root, problem));
  const lost = [...new Set(problems.flatMap((problem) => problem.lost ?? []))];
  const current = readCurrent(fs, machine.root);
  const path = request.path ?? current?.config.path ?? undefined;
  const kept = keepEdits(machine, machine.store.changed(lost), current);
  const again = lost.length > 0 && path !== undefined
    ? await makeAgain(machine, lost, { path }, request)
    : [];
  again.push(
    ...await makeFromSnapshots(machine, lost.filter((it) => !again.includes(it)), request),
  );
  await protectObjects(machine, found.map(({ object }) => object));
  return {
    repaired: [...new Set([...opened, ...mended.map(({ object }) => object), ...again])].sort(),
    lost: lost.filter((object) => !again.includes(object)),
    kept,
  };
}

/** Gives what may not be read its permissions again; then it can be told what else is wrong with it. */
async function open(
  { system, root }: Machine,
  found: readonly Problem[],
): Promise<{ problems: Problem[]; opened: ObjectName[] }> {
  const closed = found.filter(({ kind }) => kind === "closed").map(({ object }) => object);
  for (const object of closed) openObject(system.fs, root, object);
  const wrong = closed.length === 0 ? [] : await verifyObjects(system, root, { objects: closed });
  return {
    problems: [...found.filter(({ kind }) => kind !== "closed"), ...wrong],
    opened: closed.filter((object) => wrong.every((it) => it.object !== object)),
  };
}

/** Makes what only older snapshots need, from the configs that these keep. One that can't be evaluated any more, or
 * whose inputs were locked, makes nothing. */
async function makeFromSnapshots(
  machine: Machine,
  lost: readonly ObjectName[],
  request: StoreRepair,
): Promise<ObjectName[]> {
  const { system: { fs }, store, root } = machine;
  const made: ObjectName[] = [];
  const tried = new Set<ObjectName>();
  const newestFirst = eachSnapshot(fs, root, snapshotNumbers(fs, root).reverse());
  for (const { config: { path, source }, lock } of newestFirst) {
    const left = lost.filter((one) => !made.includes(one));
    if (left.length === 0) break;
    if (lock !== null || path === null || source === null || tried.has(source)) continue;
    tried.add(source);
    if (!store.has(source) || !store.intact(source)) continue;
    try {
      made.push(...await makeAgain(machine, left, { path, source }, request));
    } catch (thrown) {
      if (!(thrown instanceof SysError) || thrown.kind === "interrupted") throw thrown;
    }
  }
  return made;
}

/** The system as it was when a config was evaluated whose files are kept; its sources are where they are now. */
function asKept({ system, store }: Machine, path: string, source: ObjectName): System {
  const kept = store.pathOf(source);
  const places = new Map<string, string>();
  const visit = (below: string) => {
    for (const name of system.fs.readDir(join(kept, below))) {
      const file = join(below, name);
      if (system.fs.lstat(join(kept, file))?.kind === "dir") visit(file);
      else places.set(join(dirname(path), file), join(kept, file));
    }
  };
  visit("");
  const fs: FileSystem = Object.create(redirected(system.fs, places));
  const folder = system.fs.realPath(dirname(path));
  fs.realPath = (file) =>
    places.has(file) ? join(folder, relative(dirname(path), file)) : system.fs.realPath(file);
  return { ...system, fs };
}

async function makeAgain(
  machine: Machine,
  lost: readonly ObjectName[],
  { path, source = null }: { readonly path: string; readonly source?: ObjectName | null },
  { evaluation, build }: StoreRepair,
): Promise<ObjectName[]> {
  const { system, store } = machine;
  const layout = layoutOf(machine.root);
  const world = source === null ? system : asKept(machine, path, source);
  const evaluated = await evaluateConfig(machine, { ...evaluation, path }, world);
  // Which derivation made what has to be known before the objects are out of the way.
  const recorded = new Map<string, Readonly<Record<string, ObjectName>>>();
  for (const { derivations } of eachSnapshot(system.fs, machine.root)) {
    for (const { hash, outputs } of derivations) recorded.set(hash, outputs);
  }
  const makers = evaluated.manifest.derivations.filter(({ hash }) =>
    Object.values(readOutputs(system.fs, layout, hash) ?? recorded.get(hash) ?? {})
      .some((one) => lost.includes(one))
  );
  try {
    await releaseObjects(machine, lost);
    for (const object of lost) putAside(system.fs, machine.root, object);
    await realizeFrom(machine, evaluated, makers.map(({ hash }) => hash), build);
    storeSources(machine, evaluated, evaluated.manifest.activations, []);
    for (const { files, profile } of await bindAll(machine, evaluated)) {
      for (const { name, content, executable, isPrivate } of files) {
        store.addFile(name, content, executable, isPrivate);
      }
      if (profile !== null && profile.length > 0) buildProfile(system.fs, store, profile);
    }
  } finally {
    evaluated.recipes.close();
    bringBack(system.fs, machine.root);
  }
  return lost.filter((object) => store.has(object) && store.intact(object));
}
