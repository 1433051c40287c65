/** Takes what an apply, a rollback or a destroy did, gives what it prints at its end. */
import type { Applied } from "../../journeys/apply.ts";
import type { Style } from "../terminal/style.ts";
import { keptLines } from "./originals.ts";
import { changeLines, summary } from "./plan.ts";

/** What was done: what changed, counts, and the number of the snapshot. */
export function appliedText(
  { plan, snapshot, kept }: Pick<Applied, "plan" | "snapshot" | "kept">,
  style: Style,
  verbose: boolean,
): string {
  const counts = summary(plan.actions);
  if (snapshot === null && plan.steps.length === 0 && kept.length === 0) {
    return ["Nothing to do.", ...counts].join("\n");
  }
  const lines = [...changeLines(plan.actions, style, verbose), ...counts];
  lines.push(...keptLines(kept, verbose));
  if (snapshot !== null) lines.push(style.green(`Snapshot ${snapshot.number} is current.`));
  return lines.join("\n");
}
