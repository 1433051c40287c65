/** `sys rollback` */
import { rollback } from "../../journeys/restore.ts";
import { command, toggle } from "../command.ts";
import { machineOf, withLock } from "../lock.ts";
import { appliedText } from "../render/applied.ts";
import { keptDocument } from "../render/originals.ts";
import { planDocument, planText } from "../render/plan.ts";
import { restoreRequest, sayLost } from "../restoring.ts";

interface Flags {
  readonly dryRun?: boolean;
  readonly replace?: boolean;
}

export default command<Flags>({
  brief: "Go back to an earlier snapshot",
  description:
    "Makes the machine what it was after an earlier apply, with the same guarantees as an apply. Builds " +
    "nothing and needs no network.",
  examples: [
    ["sys rollback", "to the one before the current"],
    ["sys rollback 4", "to snapshot 4"],
    ["sys rollback 4 --dry-run", "what would change"],
  ],
  exits: [5, 6, 7, 130],
  flags: {
    dryRun: toggle("tell what would change, and change nothing"),
    replace: toggle("replace files that were edited by hand; a copy of each is kept"),
  },
  arguments: [{
    name: "snapshot",
    brief: "number or tag; the one before by default",
    optional: true,
  }],
  async run(session, flags, [named]) {
    const machine = machineOf(session);
    const dryRun = flags.dryRun === true;
    const request = restoreRequest(session, dryRun, flags.replace === true);
    const mode = dryRun ? "shared" : "exclusive";
    const restored = await withLock(
      session,
      machine,
      mode,
      "sys rollback",
      () => rollback(machine, named, request),
    );
    const { plan, snapshot, to, kept } = restored;
    const { style } = session;
    session.print(
      {
        ...planDocument(plan),
        snapshot: snapshot?.number ?? null,
        to: to?.number ?? null,
        kept: keptDocument(kept),
        dry_run: dryRun,
      },
      () => {
        if (dryRun) return planText(plan, style, flags.verbose === true);
        const done = appliedText(restored, style, flags.verbose === true);
        return flags.quiet ? "" : `Back to snapshot ${to?.number}.\n${done}`;
      },
    );
    return sayLost(session, plan, !dryRun);
  },
});
