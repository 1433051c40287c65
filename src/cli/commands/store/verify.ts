/** `sys store verify` */
import { lossOf, missingObjects } from "../../../journeys/missing.ts";
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
    const { problems, missing, repaired, lost, kept } = await withLock(
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
        const missing = names.length > 0 ? [] : missingObjects(machine, problems);
        const wrong = [...problems, ...missing.map(lossOf)];
        if (!repair || wrong.length === 0) {
          return { problems, missing, repaired: [], lost: [], kept: [] };
        }
        const progress = new BuildProgress(session, 0);
        return {
          problems,
          missing,
          ...await repairStore(machine, wrong, {
            path: flags.config,
            evaluation: evaluationRequest(session, flags, undefined, false),
            build: buildSettings(session, flags, progress.observe),
          }),
        };
      },
    );
    const gone = new Set(missing.map(({ object }) => object));
    const document = { problems, missing, repaired, lost, kept: keptDocument(kept) };
    session.print({ version: 1, ...document }, () => {
      if (problems.length === 0 && missing.length === 0) {
        return "Every object is what its name says.";
      }
      return [
        ...problems.map(({ object, problem }) => `${object}: ${problem}`),
        ...missing.map(({ object, neededBy }) =>
          `${object}: it is not there (${neededBy.join(", ")})`
        ),
        ...(problems.length > 0 ? [counted(problems.length, "problem")] : []),
        ...(repair ? [`${counted(repaired.length, "object")} repaired`] : []),
        ...keptLines(kept, true),
        ...lost.map((object) =>
          `${object}: the config says nothing of how to make it again (--config names another)`
        ),
        ...((repair ? lost : [...gone]).some((object) => gone.has(object)) ? [WITHOUT] : []),
      ].join("\n");
    });
    const left = repair ? lost.filter((object) => !gone.has(object)) : problems;
    return left.length > 0 ? EXIT.failed : EXIT.done;
  },
});

/** What is gone wholly damages nothing; it may be nowhere to be had. */
const WITHOUT =
  "What is not there can't be gone back to, or given back. `sys gc --keep 1` deletes the " +
  "snapshots that need it, `sys originals drop` what was replaced.";
