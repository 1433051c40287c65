/** `sys store verify` */
import { verifyStore } from "../../../journeys/objects.ts";
import { repairStore } from "../../../journeys/repair_store.ts";
import { BUILD_FLAGS, type BuildFlags, buildSettings } from "../../build_flags.ts";
import { command, toggle, value } from "../../command.ts";
import {
  EVALUATION_FLAGS,
  type EvaluationFlags,
  evaluationRequest,
} from "../../evaluation_flags.ts";
import { EXIT } from "../../exit_codes.ts";
import { machineOf, withLock } from "../../lock.ts";
import { keptDocument, keptLines } from "../../render/originals.ts";
import { counted } from "../../render/words.ts";
import { BuildProgress } from "../../terminal/build_progress.ts";
import { CountProgress } from "../../terminal/count_progress.ts";

interface Flags extends BuildFlags, EvaluationFlags {
  readonly repair?: boolean;
  readonly config?: string;
}

export default command<Flags>({
  brief: "Check that objects are what their names say",
  description:
    "Reads objects and compares their content with their hashes; names every one that was changed. With " +
    "--repair it mends them, or makes them again from the config that was applied last.",
  examples: [
    ["sys store verify", "all of them"],
    ["sys store verify ripgrep", "one"],
    ["sys store verify --repair", "and make the damaged ones again"],
  ],
  exits: [3, 5],
  flags: {
    repair: toggle("mend or make again what is damaged"),
    config: value("PATH", "the config to make objects from"),
    ...BUILD_FLAGS,
    ...EVALUATION_FLAGS,
  },
  arguments: [{
    name: "object",
    brief: "name, hash or path of an object",
    optional: true,
    many: true,
  }],
  async run(session, flags, names) {
    const machine = machineOf(session);
    const repair = flags.repair === true;
    const mode = repair ? "exclusive" : "shared";
    const { problems, repaired, lost, kept } = await withLock(
      session,
      machine,
      mode,
      "sys store verify",
      async () => {
        const counter = new CountProgress(session, "objects checked");
        const problems = await verifyStore(machine, names, {
          onProgress: ({ done, total }) => counter.at(done, total),
          signal: session.signal,
        }).finally(() => counter.end());
        if (!repair || problems.length === 0) return { problems, repaired: [], lost: [], kept: [] };
        const progress = new BuildProgress(session, 0);
        return {
          problems,
          ...await repairStore(machine, problems, {
            path: flags.config,
            evaluation: evaluationRequest(session, flags, undefined, false),
            build: buildSettings(session, flags, progress.observe),
          }),
        };
      },
    );
    session.print({ version: 1, problems, repaired, lost, kept: keptDocument(kept) }, () => {
      if (problems.length === 0) return "Every object is what its name says.";
      return [
        ...problems.map(({ object, problem }) => `${object}: ${problem}`),
        counted(problems.length, "problem"),
        ...(repair ? [`${counted(repaired.length, "object")} repaired`] : []),
        ...keptLines(kept, true),
        ...lost.map((object) =>
          `${object}: the config says nothing of how to make it again (--config names another)`
        ),
      ].join("\n");
    });
    const left = repair ? lost.length : problems.length;
    return left > 0 ? EXIT.failed : EXIT.done;
  },
});
