/** `sys update` */
import { update } from "../../journeys/update.ts";
import { command, toggle, value } from "../command.ts";
import { EVALUATION_FLAGS, type EvaluationFlags, evaluationRequest } from "../evaluation_flags.ts";
import { machineOf } from "../lock.ts";
import { columns } from "../render/words.ts";

interface Flags extends EvaluationFlags {
  readonly dryRun?: boolean;
  readonly config?: string;
}

export default command<Flags>({
  brief: "Lock newer revisions of inputs",
  description:
    "Looks up what is newest of each input and writes it into syslua.lock. Nothing else changes: " +
    "`sys apply` then uses it.",
  examples: [
    ["sys update", "all inputs"],
    ["sys update pkgs", "one of them"],
    ["sys update --dry-run", "what there is to update"],
  ],
  exits: [3],
  flags: {
    dryRun: toggle("tell what would change, and change nothing"),
    config: value("PATH", "the config: a Lua file or a folder"),
    ...EVALUATION_FLAGS,
  },
  arguments: [{
    name: "input",
    brief: "name of an input; all by default",
    optional: true,
    many: true,
  }],
  async run(session, flags, names) {
    const { limits, onFetch, onFetched, signal } = evaluationRequest(
      session,
      flags,
      flags.config,
      true,
    );
    const dryRun = flags.dryRun === true;
    const changes = await update(machineOf(session), {
      path: flags.config,
      names,
      dryRun,
      limits,
      onFetch,
      onFetched,
      signal,
    });
    session.print({ version: 1, changes, dry_run: dryRun }, () => {
      if (changes.length === 0) return "Every input is at its newest.";
      const when = (seconds: number | null | undefined) =>
        seconds ? new Date(seconds * 1000).toISOString().slice(0, 10) : "";
      const short = (rev: string | null | undefined) => rev ? rev.slice(0, 12) : "";
      return columns(changes.map(({ name, from, to }) => [
        name,
        from ? `${short(from.rev)} ${when(from.lastModified)}` : "new",
        "→",
        to ? `${short(to.rev)} ${when(to.lastModified)}` : "gone",
      ]));
    });
  },
});
