/** Takes a plan, refuses it where doing it would lose something or can't be. */
import { SysError } from "../errors.ts";
import type { Plan } from "./types.ts";

/** How many targets a message lists. */
const SHOWN = 50;

/**
 * Lets a plan pass that may be performed.
 * @throws SysError of kind "activation" for targets that can't be what is wanted, of kind "unmanaged" for
 * existing files that no one said may be replaced
 */
export function approve(plan: Plan): void {
  const [first] = plan.blocked;
  if (first) {
    const more = plan.blocked.length - 1;
    throw new SysError(
      "activation",
      `Cannot put ${first.target} in place: ${first.why}${more > 0 ? ` (and ${more} more)` : ""}`,
      {
        ...(first.place ? { place: first.place } : {}),
        notes: plan.blocked.slice(0, SHOWN).map(({ target, why }) => `${target}: ${why}`),
        hint: first.hint ?? "move what is there out of the way, or choose another target",
      },
    );
  }
  if (plan.unmanaged.length === 0) return;
  const count = plan.unmanaged.length;
  throw new SysError(
    "unmanaged",
    count === 1
      ? `Cannot replace ${plan.unmanaged[0]}: sys.lua did not put there what it holds now`
      : `Cannot replace ${count} files: sys.lua did not put there what they hold now`,
    {
      notes: plan.unmanaged.slice(0, SHOWN),
      hint: "`--replace` keeps a copy of each and replaces it; `force = true` does so for one file",
    },
  );
}
