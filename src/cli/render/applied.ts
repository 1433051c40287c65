/** Takes what an apply, a rollback or a destroy did, gives what it prints at its end. */
import type { Plan } from "../../plan/types.ts";
import type { Snapshot } from "../../snapshot/types.ts";
import type { Style } from "../terminal/style.ts";
import { changeLines, summary } from "./plan.ts";

/** What was done: what changed, counts, and the number of the snapshot. */
export function appliedText(
  plan: Plan,
  snapshot: Snapshot | null,
  style: Style,
  verbose: boolean,
): string {
  const counts = summary(plan.actions);
  if (snapshot === null && plan.steps.length === 0) {
    return ["Nothing to do.", ...counts].join("\n");
  }
  const lines = [...changeLines(plan.actions, style, verbose), ...counts];
  if (snapshot !== null) lines.push(style.green(`Snapshot ${snapshot.number} is current.`));
  return lines.join("\n");
}
