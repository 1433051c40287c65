/** `sys destroy` */
import { command, toggle } from "../command.ts";

interface Flags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly store?: boolean;
}

export default command<Flags>({
  brief: "Return everything to what was there before sys.lua",
  description:
    "Takes away everything that was activated and puts back what it had replaced. The store and the " +
    "history stay, so that `sys rollback` can bring it all back, unless --store is given.",
  examples: [
    ["sys destroy --dry-run", "what would change"],
    ["sys destroy --yes", "without asking, for scripts"],
    ["sys destroy --store", "delete the store and the history too"],
  ],
  exits: [5, 6, 7, 130],
  flags: {
    dryRun: toggle("tell what would change, and change nothing"),
    yes: toggle("do not ask"),
    store: toggle("delete the store, the snapshots and the cache too"),
  },
  async run(session, flags) {
    const { machineOf, withLock } = await import("../lock.ts");
    const { deleteRoot } = await import("../../machine/delete_root.ts");
    const { destroy } = await import("../../journeys/restore.ts");
    const { confirm } = await import("../consent.ts");
    const { restoreRequest } = await import("../restoring.ts");
    const { planDocument, planText } = await import("../render/plan.ts");
    const { appliedText } = await import("../render/applied.ts");
    const { EXIT } = await import("../exit_codes.ts");
    const machine = machineOf(session);
    const dryRun = flags.dryRun === true;
    if (!dryRun) {
      const all = flags.store ? ", and delete the store and the history" : "";
      await confirm(
        session,
        `Return everything to what was there before sys.lua${all}?`,
        flags.yes === true,
      );
    }
    const request = restoreRequest(session, dryRun, false);
    const { plan, snapshot, needed } = await withLock(
      session,
      machine,
      dryRun ? "shared" : "exclusive",
      "sys destroy",
      async () => {
        const restored = await destroy(machine, request);
        const needed = restored.plan.actions.some(({ note }) => note?.includes(machine.store.dir));
        if (flags.store && !dryRun && !needed) await deleteRoot(machine);
        return { ...restored, needed };
      },
    );
    const { style } = session;
    session.print(
      { ...planDocument(plan), snapshot: snapshot?.number ?? null, dry_run: dryRun },
      () => {
        if (dryRun) return planText(plan, style, flags.verbose === true);
        return flags.quiet
          ? ""
          : appliedText(plan, flags.store ? null : snapshot, style, flags.verbose === true);
      },
    );
    if (!flags.store || dryRun || !needed) return EXIT.done;
    session.say("the store stays: it holds what was there before, see the list", "warning");
    return EXIT.unrestored;
  },
});
