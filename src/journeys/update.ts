/** Takes the names of inputs, locks what is newest of each. */
import { dirname, join } from "node:path/posix";
import { declaredInputs } from "../config/evaluate.ts";
import { findConfig } from "../config/find.ts";
import type { EvaluationLimits } from "../config/types.ts";
import { LOCK_NAME } from "./evaluate.ts";
import type { InputChange } from "../inputs/changes.ts";
import { lockInputs } from "../inputs/resolve.ts";
import type { Machine } from "../machine/open.ts";

export interface UpdateRequest {
  /** The config. */
  readonly path: string | undefined;
  /** Inputs to resolve anew; none means all. */
  readonly names: readonly string[];
  readonly dryRun: boolean;
  readonly limits: EvaluationLimits;
  readonly onFetch: (input: string, url: string) => void;
  readonly onFetched?: (input: string) => void;
  readonly signal: AbortSignal;
}

/** Resolves inputs anew and writes the lock, unless it is a dry run. Gives what changed. */
export async function update(
  { system, places, version }: Machine,
  request: UpdateRequest,
): Promise<readonly InputChange[]> {
  const { limits, signal } = request;
  const entry = findConfig(system, request.path);
  const declared = (path: string) =>
    declaredInputs(system, { entry: path, limits, version, signal });
  const { changes } = await lockInputs(system, {
    dir: dirname(entry),
    lockPath: join(dirname(entry), LOCK_NAME),
    cacheDir: places.cache,
    write: !request.dryRun,
    update: request.names.length > 0 ? request.names : "all",
    declaredBy: (folder) => declared(join(folder, "init.lua")),
    onFetch: request.onFetch,
    onFetched: request.onFetched,
    signal,
  }, await declared(entry));
  return changes;
}
