/** `sys destroy` */
import { listOriginals } from "../../journeys/originals.ts";
import { command, toggle } from "../command.ts";
import { confirm } from "../consent.ts";
import { machineOf, withLock } from "../lock.ts";
import { appliedText } from "../render/applied.ts";
import { keptDocument, leftLines } from "../render/originals.ts";
import { planDocument, planText } from "../render/plan.ts";
import { savedDocument, savedLines } from "../render/saved.ts";
import { restoreRequest, sayLost } from "../restoring.ts";

interface Flags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly store?: boolean;
}

export default command<Flags>({
  brief: "Return everything to what was there before sys.lua",
  description:
    "Takes away everything that was activated and puts back what it had replaced. The store and the " +
    "history stay, so that `sys rollback` can bring it all back, unless --store is given; what only the store " +
    "holds of yours is then written to ~/syslua-originals-<time>/ first.",
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
    const machine = machineOf(session);
    const dryRun = flags.dryRun === true;
    if (!dryRun) {
      const all = flags.store ? ", and delete the store and the history" : "";
      const question = `Return everything to what was there before sys.lua${all}?`;
      await confirm(session, question, flags.yes === true);
    }
    const request = restoreRequest(session, dryRun, false);
    const mode = dryRun ? "shared" : "exclusive";
    const body = async () => {
      if (flags.store) {
        return (await import("../../journeys/delete_all.ts")).deleteAll(machine, request);
      }
      const restored = await (await import("../../journeys/restore.ts")).destroy(machine, request);
      return { ...restored, endangered: [], saved: null, dangling: [] };
    };
    const done = await withLock(session, machine, mode, "sys destroy", body);
    const { plan, kept } = done;
    const left = flags.store || dryRun ? [] : await listOriginals(machine);
    const snapshot = flags.store ? null : done.snapshot;
    const { style } = session;
    session.print({
      ...planDocument(plan),
      snapshot: snapshot?.number ?? null,
      kept: keptDocument(kept),
      ...(flags.store ? savedDocument(done) : {}),
      dry_run: dryRun,
    }, () => {
      const saved = [...savedLines(done, dryRun), ...leftLines(left.length)];
      if (flags.quiet && !dryRun) return saved.join("\n");
      const text = dryRun
        ? planText(plan, style, flags.verbose === true)
        : appliedText({ ...done, snapshot }, style, flags.verbose === true);
      return [text, ...saved].join("\n");
    });
    return sayLost(session, plan, !dryRun);
  },
});
