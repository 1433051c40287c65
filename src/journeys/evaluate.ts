/** Takes the path of a config, gives its evaluation: the inputs are resolved on the way. */
import { dirname, join } from "node:path";
import { declaredInputs, evaluate } from "../config/evaluate.ts";
import { findConfig } from "../config/find.ts";
import type { Evaluation, EvaluationLimits } from "../config/types.ts";
import { formatLock, type Lock } from "../inputs/lock.ts";
import { lockInputs } from "../inputs/resolve.ts";
import type { InputResolver } from "../inputs/types.ts";
import type { Machine } from "../machine/open.ts";
import type { Json } from "../manifest/types.ts";
import type { System } from "../system/mod.ts";

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
  /** Told what the config printed. */
  readonly onPrint: (message: string) => void;
  readonly signal: AbortSignal;
}

/** An evaluated config, and where it lies. */
export interface Evaluated extends Evaluation {
  /** Absolute path of the entry file. */
  readonly entry: string;
  /** The lock that the inputs were resolved by; null without inputs to lock. */
  readonly lock: Json;
}

/** A Manifest, and where its config and inputs lie on this machine: what planning needs of an evaluation. */
export type LocatedManifest = Pick<Evaluated, "manifest" | "inputs" | "dir">;

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
      signal: request.signal,
      declaredBy: (folder) =>
        declaredInputs(world, { entry: join(folder, "init.lua"), limits, version, signal }),
    }, declared);
    lock = resolution.lock;
    machine.onPhase("evaluate");
    return resolution.inputs;
  };
  const evaluation = await evaluate(world, { entry, resolve, limits, version, signal });
  evaluation.messages.forEach(request.onPrint);
  return { ...evaluation, entry, lock: dataOf(lock) };
}

/** As the lock file has it. */
function dataOf(lock: Lock): Json {
  return Object.keys(lock).length === 0 ? null : JSON.parse(formatLock(lock));
}
