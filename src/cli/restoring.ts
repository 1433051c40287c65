/** What rollback and destroy ask of the terminal. */
import type { RestoreRequest } from "../journeys/restore.ts";
import { askAbout } from "./consent.ts";
import { askToPlanAgain } from "./moved.ts";
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
    onMoved: (differences) => askToPlanAgain(session, differences),
    signal: session.signal,
  };
}
