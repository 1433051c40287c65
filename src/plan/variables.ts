/** Takes the environment that is wanted and the one that was applied, gives what a person is told of its variables. The
 * env scripts, which say all of it, are counted only. */
import type { PlannedAction } from "./types.ts";

type Env = Readonly<Record<string, string>>;

/** One for each variable. */
export function variableActions(wanted: Env, was: Env): PlannedAction[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(was)])].sort();
  return names.map((target) => ({
    op: opOf(wanted[target], was[target]),
    kind: "variable",
    target,
  }));
}

function opOf(wanted: string | undefined, was: string | undefined): PlannedAction["op"] {
  if (was === undefined) return "create";
  if (wanted === undefined) return "remove";
  return wanted === was ? "keep" : "update";
}
