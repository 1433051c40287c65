/** Takes a root, tells which applies were killed in it. In a file of its own: commands that only look undo nothing, and
 * need not load what could. */
import { readJournals } from "./journal.ts";
import type { Recovery } from "./recover.ts";

/** Whether an apply was killed here. Only looks: for `doctor`, `status`, and commands that write nothing. */
export function interrupted(
  fs: Parameters<typeof readJournals>[0],
  root: string,
): readonly Pick<Recovery, "description" | "time">[] {
  return readJournals(fs, root).filter(({ unrestored }) => !unrestored)
    .map(({ header: { description, time } }) => ({ description, time }));
}
