/** Takes objects that are damaged or lost, makes them again from the config that the current snapshot came from. */
import { buildProfile } from "../activation/profile.ts";
import { evaluateConfig, type EvaluationRequest } from "./evaluate.ts";
import { keepEdits } from "./edits.ts";
import type { Machine } from "../machine/open.ts";
import { protectObjects, releaseObjects } from "../machine/protection.ts";
import { bindAll } from "./propose.ts";
import { type BuildSettings, realizeFrom } from "./build.ts";
import { readCurrent } from "../snapshot/history.ts";
import type { Original } from "../snapshot/originals.ts";
import { storeSources } from "./sources.ts";
import { bringBack, putAside } from "../store/aside.ts";
import { layoutOf } from "../store/layout.ts";
import { mendObject } from "../store/mend.ts";
import type { ObjectName } from "../store/names.ts";
import { readOutputs } from "../store/outputs.ts";
import type { Problem } from "../store/verify.ts";

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
  problems: readonly Problem[],
  request: StoreRepair,
): Promise<StoreRepaired> {
  const { fs } = machine.system;
  await releaseObjects(machine, problems.map(({ object }) => object));
  const mended = problems.filter((problem) => mendObject(fs, machine.root, problem));
  const lost = [...new Set(problems.flatMap((problem) => problem.lost ?? []))];
  const current = readCurrent(fs, machine.root);
  const path = request.path ?? current?.config.path ?? undefined;
  const kept = keepEdits(machine, machine.store.changed(lost), current);
  const again = lost.length > 0 && path !== undefined
    ? await makeAgain(machine, lost, path, request)
    : [];
  await protectObjects(machine, problems.map(({ object }) => object));
  return {
    repaired: [...new Set([...mended.map(({ object }) => object), ...again])].sort(),
    lost: lost.filter((object) => !again.includes(object)),
    kept,
  };
}

async function makeAgain(
  machine: Machine,
  lost: readonly ObjectName[],
  path: string,
  { evaluation, build }: StoreRepair,
): Promise<ObjectName[]> {
  const { system, store } = machine;
  const layout = layoutOf(machine.root);
  const evaluated = await evaluateConfig(machine, { ...evaluation, path });
  // Which derivation made what has to be known before the objects are out of the way.
  const makers = evaluated.manifest.derivations.filter(({ hash }) =>
    Object.values(readOutputs(system.fs, layout, hash) ?? {}).some((one) => lost.includes(one))
  );
  try {
    await releaseObjects(machine, lost);
    for (const object of lost) putAside(system.fs, machine.root, object);
    await realizeFrom(machine, evaluated, makers.map(({ hash }) => hash), build);
    storeSources(machine, evaluated, evaluated.manifest.activations, []);
    for (const { files, profile, links } of await bindAll(machine, evaluated)) {
      for (const { name, content, executable, isPrivate } of files) {
        store.addFile(name, content, executable, isPrivate);
      }
      if (profile !== null && profile.length > 0) buildProfile(system.fs, store, profile, links);
    }
  } finally {
    evaluated.recipes.close();
    bringBack(system.fs, machine.root);
  }
  return lost.filter((object) => store.has(object) && store.intact(object));
}
