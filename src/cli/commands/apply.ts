/** `sys apply` */
import { adoptFiles } from "../../journeys/adopt.ts";
import { closedShells } from "../../journeys/closed_shells.ts";
import { apply } from "../../journeys/apply.ts";
import { contentDiff } from "../../journeys/content_diff.ts";
import { BUILD_FLAGS, type BuildFlags, buildSettings } from "../build_flags.ts";
import { command, toggle, value } from "../command.ts";
import { askAbout } from "../consent.ts";
import {
  CONFIG_ARGUMENT,
  EVALUATION_FLAGS,
  type EvaluationFlags,
  evaluationRequest,
} from "../evaluation_flags.ts";
import { machineOf, withLock } from "../lock.ts";
import { sayOthers } from "../others.ts";
import { appliedText } from "../render/applied.ts";
import { keptDocument } from "../render/originals.ts";
import { planDocument } from "../render/plan.ts";
import { sayLost } from "../restoring.ts";
import { askToPlanAgain } from "../stale_plan.ts";
import { BuildProgress } from "../terminal/build_progress.ts";

interface Flags extends EvaluationFlags, BuildFlags {
  readonly replace?: boolean;
  readonly message?: string;
}

export default command<Flags>({
  brief: "Make this machine match a config",
  description:
    "Evaluates a config, builds what is missing, and changes the machine all at once: either all of it " +
    "happens or nothing does. A file that is replaced is kept and comes back on rollback or destroy.",
  examples: [
    ["sys apply", "the config of this folder, or the usual one"],
    ["sys apply ~/dotfiles", "another one"],
    ["sys apply --replace", "existing files may be replaced"],
    ["sys apply --frozen", "in CI: the lock must not change"],
  ],
  exits: [3, 5, 6, 7, 130],
  flags: {
    replace: toggle("replace existing files without asking; a copy of each is kept"),
    message: value("TEXT", "what the snapshot is called in the history"),
    ...BUILD_FLAGS,
    ...EVALUATION_FLAGS,
  },
  arguments: [CONFIG_ARGUMENT],
  remembered: ({ json }) => json !== true,
  async run(session, flags, [path]) {
    const machine = machineOf(session);
    const start = session.system.clock.monotonic();
    let progress: InstanceType<typeof BuildProgress> | undefined;
    const run = () =>
      apply(machine, {
        ...evaluationRequest(session, flags, path, true),
        description: flags.message ?? "apply",
        decide: (proposal, evaluated) => {
          sayOthers(session, machine, evaluated.manifest);
          return askAbout(session, proposal.plan, flags.replace === true, {
            diff: (targets) => contentDiff(machine, evaluated, proposal, targets),
            adopt: (targets) => adoptFiles(machine, evaluated, proposal.wanted, targets),
          });
        },
        onStep: session.timings.step,
        onStale: (differences) => askToPlanAgain(session, differences),
        build: (plan) => {
          progress = new BuildProgress(session, plan.realize.length);
          return buildSettings(session, flags, progress.observe);
        },
      });
    const applied = await withLock(session, machine, "exclusive", "sys apply", run)
      .finally(() => progress?.end());
    const { plan, snapshot, kept } = applied;
    const { actions, changes } = planDocument(plan);
    const seconds = (session.system.clock.monotonic() - start) / 1000;
    session.print({
      version: 1,
      snapshot: snapshot?.number ?? null,
      changes,
      realized: plan.realize.map(({ name, version, hash }) => ({ name, version, hash })),
      actions,
      kept: keptDocument(kept),
      seconds: Math.round(seconds * 1000) / 1000,
    }, () => flags.quiet ? "" : appliedText(applied, session.style, flags.verbose === true));
    const closed = snapshot === null ? [] : await closedShells(machine);
    for (const why of closed) session.say(why, "warning");
    return sayLost(session, plan, true);
  },
});
