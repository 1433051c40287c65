/** What rollback and destroy ask of the terminal. */
import type { RestoreRequest } from "../journeys/restore.ts";
import type { Plan } from "../plan/types.ts";
import { askAbout } from "./consent.ts";
import { EXIT } from "./exit_codes.ts";
import { askToPlanAgain } from "./stale_plan.ts";
import type { Session } from "./session.ts";

/** The request for a command line. */
export function restoreRequest(
  session: Session,
  dryRun: boolean,
  replace: boolean,
): RestoreRequest {
  return {
    dryRun,
    decide: async (plan) => {
      const decision = await askAbout(session, plan, replace, {
        diff: (targets) =>
          Promise.resolve(targets.map((one) => `${one}: edited by hand\n`).join("")),
      });
      if (decision === "evaluate again") throw new Error("there is no config to evaluate");
      return decision;
    },
    onStep: session.timings.step,
    onStale: (differences) => askToPlanAgain(session, differences),
    signal: session.signal,
  };
}

/** Says which originals did not come back. Gives the exit code. */
export function sayLost(session: Session, { lost }: Pick<Plan, "lost">, done: boolean): number {
  for (const { target, why } of lost) {
    session.say(`what was at ${target} before sys.lua can't be put back: ${why}`, "warning");
  }
  return done && lost.length > 0 ? EXIT.unrestored : EXIT.done;
}
