/** `sys plan` */
import { plan as planConfig } from "../../journeys/plan.ts";
import { command, toggle } from "../command.ts";
import {
  CONFIG_ARGUMENT,
  EVALUATION_FLAGS,
  type EvaluationFlags,
  evaluationRequest,
} from "../evaluation_flags.ts";
import { EXIT } from "../exit_codes.ts";
import { machineOf, withLock } from "../lock.ts";
import { sayOthers } from "../others.ts";
import { planDocument, planText } from "../render/plan.ts";

interface Flags extends EvaluationFlags {
  readonly exitCode?: boolean;
}

export default command<Flags>({
  brief: "Show what apply would do",
  description:
    "Evaluates a config and compares what it wants with the machine as it is. Changes nothing.",
  examples: [
    ["sys plan", "the config of this folder, or the usual one"],
    ["sys plan ~/dotfiles", "another one"],
    ["sys plan --exit-code", "exit 4 when there is something to do, for scripts"],
  ],
  exits: [3, 4, 5],
  flags: { exitCode: toggle("exit with 4 when there are changes"), ...EVALUATION_FLAGS },
  arguments: [CONFIG_ARGUMENT],
  remembered: () => true,
  async run(session, flags, [path]) {
    const machine = machineOf(session);
    const request = evaluationRequest(session, flags, path, false);
    const { manifest, plan } = await withLock(
      session,
      machine,
      "shared",
      "sys plan",
      () => planConfig(machine, request),
    );
    sayOthers(session, machine, manifest);
    session.print(
      planDocument(plan),
      () => planText(plan, session.style, flags.verbose === true),
    );
    return plan.changes && flags.exitCode ? EXIT.changes : EXIT.done;
  },
});
