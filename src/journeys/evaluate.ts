/** Takes the path of a config, gives its evaluation: the inputs are resolved on the way. */
import { dirname, join } from "node:path/posix";
import {
  declaredInputs,
  evaluate,
  type EvaluateRequest,
  evaluationOf,
} from "../config/evaluate.ts";
import { findConfig } from "../config/find.ts";
import { laterRecipes } from "../config/later_recipes.ts";
import type { Evaluation, EvaluationLimits, Outcome } from "../config/types.ts";
import { SysError } from "../errors.ts";
import { formatLock, type Lock } from "../inputs/lock.ts";
import { lockInputs } from "../inputs/resolve.ts";
import type { InputResolver } from "../inputs/types.ts";
import type { Machine } from "../machine/open.ts";
import type { Json } from "../manifest/types.ts";
import type { System } from "../system/mod.ts";
import { type EvaluationKey, recallEvaluation, watched } from "./recalled.ts";

/** Name of the lock file, beside the config. */
export const LOCK_NAME = "syslua.lock";

/** What to evaluate, and within which bounds. */
export interface EvaluationRequest {
  /** A file or a folder; undefined looks in the usual places. */
  readonly path: string | undefined;
  readonly limits: EvaluationLimits;
  /** A lock that would change is an error. */
  readonly frozen: boolean;
  /** Whether the lock may be written. */
  readonly writeLock: boolean;
  readonly onFetch: (input: string, url: string) => void;
  readonly onFetched?: (input: string) => void;
  /** Told what the config printed. */
  readonly onPrint: (message: string) => void;
  readonly signal: AbortSignal;
  /** What tells this program from every other; without it nothing is remembered. */
  readonly program?: string | null;
}

/** An evaluated config, and where it lies. */
export interface Evaluated extends Evaluation {
  /** Absolute path of the entry file. */
  readonly entry: string;
  /** The lock that the inputs were resolved by; null without inputs to lock. */
  readonly lock: Json;
  /** Remembers it as long as all that was looked at is as it is. Call it with a lock on the root held. */
  keep(): void;
}

/** A Manifest, and where its config and inputs lie on this machine: what planning needs of an evaluation. */
export type LocatedManifest =
  & Pick<Evaluated, "manifest" | "inputs" | "dir">
  & Partial<Pick<Evaluated, "outcome">>;

/** Finds the config, resolves its inputs, runs it in `world` (which need not be able to write). */
export async function evaluateConfig(
  machine: Machine,
  request: EvaluationRequest,
  world: System = machine.system,
): Promise<Evaluated> {
  const { system, version } = machine;
  const { limits, signal } = request;
  machine.onPhase("evaluate");
  const entry = findConfig(world, request.path);
  let lock: Lock = {};
  const resolve: InputResolver = async (declared) => {
    if (Object.keys(declared).length > 0) machine.onPhase("inputs");
    const resolution = await lockInputs(system, {
      dir: dirname(entry),
      lockPath: join(dirname(entry), LOCK_NAME),
      cacheDir: machine.places.cache,
      write: request.writeLock,
      frozen: request.frozen,
      onFetch: request.onFetch,
      onFetched: request.onFetched,
      signal: request.signal,
      declaredBy: (folder) =>
        declaredInputs(world, { entry: join(folder, "init.lua"), limits, version, signal }),
    }, declared);
    lock = resolution.lock;
    machine.onPhase("evaluate");
    return resolution.inputs;
  };
  const how = { entry, resolve, limits, version, signal };
  const { evaluation, keep } = await remembered(machine, world, how, request.program ?? null);
  evaluation.messages.forEach(request.onPrint);
  return { ...evaluation, entry, lock: dataOf(lock), keep };
}

/** Runs the config, unless it is known what came of it the last time. */
async function remembered(
  machine: Machine,
  world: System,
  how: EvaluateRequest,
  program: string | null,
): Promise<{ evaluation: Evaluation; keep(): void }> {
  if (program === null) return { evaluation: await evaluate(world, how), keep: () => {} };
  const { entry, version, limits } = how;
  const key: EvaluationKey = { program, entry, version, limits };
  const resolved = new Map<string, ReturnType<InputResolver>>();
  const once: EvaluateRequest = {
    ...how,
    // A config that is edited meanwhile may declare others.
    resolve: (declared) => {
      const text = JSON.stringify(declared);
      if (!resolved.has(text)) resolved.set(text, how.resolve(declared));
      return resolved.get(text)!;
    },
  };
  const known = recallEvaluation(machine, world, key);
  if (known !== null) {
    const inputs = await once.resolve(known.declared);
    const found = known.outcome(inputs);
    const evaluation = found && recalledEvaluation(world, once, found.outcome, inputs);
    if (found && evaluation) return { evaluation, keep: found.keep };
  }
  const watch = watched(machine, world, key);
  const evaluation = await evaluate(watch.world, { ...once, contents: world.fs });
  watch.done(evaluation.outcome, evaluation.inputs);
  return { evaluation, keep: watch.keep };
}

/** Null where what is wrong with it has to be told with the text of the config. */
function recalledEvaluation(
  world: System,
  how: EvaluateRequest,
  outcome: Outcome,
  inputs: Evaluation["inputs"],
): Evaluation | null {
  const derivations = (handed: string) => JSON.stringify(JSON.parse(handed).derivations);
  const recipes = laterRecipes(async () => {
    const again = await evaluate(world, how);
    if (derivations(again.outcome.handed) === derivations(outcome.handed)) return again.recipes;
    again.recipes.close();
    throw new SysError("config", "Cannot build: the config is another one than a moment ago", {
      hint: "run the command again",
    });
  });
  try {
    return evaluationOf(world, how, outcome, inputs, recipes);
  } catch (thrown) {
    if (thrown instanceof SysError) return null;
    throw thrown;
  }
}

/** As the lock file has it. */
function dataOf(lock: Lock): Json {
  return Object.keys(lock).length === 0 ? null : JSON.parse(formatLock(lock));
}
