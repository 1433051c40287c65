/** `sys gc` */
import { collect } from "../../journeys/collect.ts";
import { command, toggle, value, wholeNumber } from "../command.ts";
import { machineOf, withLock } from "../lock.ts";
import { parseAge, parseSize } from "../quantities.ts";
import { counted, size } from "../render/words.ts";

interface Flags {
  readonly dryRun?: boolean;
  readonly keep?: number;
  readonly olderThan?: number;
  readonly max?: number;
  readonly all?: boolean;
}

export default command<Flags>({
  brief: "Remove what nothing needs from the store",
  description:
    "Removes every object that no snapshot, project shell or other root needs, with old downloads and " +
    "what interrupted builds left. What was built within the last hour stays. Old snapshots are deleted only " +
    "when asked for, the current one and those with a tag never.",
  examples: [
    ["sys gc --dry-run", "what would go"],
    ["sys gc --keep 5", "delete all but the 5 newest snapshots first"],
    ["sys gc --older-than 30d", "delete snapshots older than 30 days first"],
    ["sys gc --max 10G", "stop when 10 GiB are freed"],
    ["sys gc --all", "also what was just built"],
  ],
  exits: [5],
  flags: {
    dryRun: toggle("tell what would go, and change nothing"),
    keep: value("N", "keep the N newest snapshots", wholeNumber(1)),
    olderThan: value("AGE", "delete snapshots older than this, like 30d or 12h", parseAge),
    max: value("SIZE", "stop when so much is freed, like 500M or 10G", parseSize),
    all: toggle("also what was built within the last hour, and folders and logs of failed builds"),
  },
  async run(session, flags) {
    const machine = machineOf(session);
    const dryRun = flags.dryRun === true;
    const collected = await withLock(
      session,
      machine,
      dryRun ? "shared" : "exclusive",
      "sys gc",
      () =>
        collect(machine, {
          dryRun,
          keep: flags.keep ?? null,
          olderThan: flags.olderThan ?? null,
          maxBytes: flags.max ?? null,
          all: flags.all === true,
        }),
    );
    const document = {
      version: 1,
      removed: collected.removed,
      bytes: collected.bytes,
      dry_run: dryRun,
      snapshots: collected.snapshots,
      recent: collected.recent,
      rest: collected.rest,
    };
    session.print(document, () => {
      const lines = flags.verbose
        ? collected.removed.map(({ object, bytes }) => `${object}  ${size(bytes)}`)
        : [];
      const things = [
        counted(collected.removed.length, "object"),
        ...(collected.snapshots.length > 0
          ? [counted(collected.snapshots.length, "snapshot")]
          : []),
        ...(collected.rest.downloads > 0 ? [counted(collected.rest.downloads, "download")] : []),
      ];
      lines.push(
        `${dryRun ? "Would remove" : "Removed"} ${things.join(", ")}: ${size(collected.bytes)}`,
      );
      if (collected.recent > 0) {
        lines.push(
          `${dryRun ? "Would keep" : "Kept"} ${counted(collected.recent, "object")} that ` +
            "nothing needs: built within the last hour (`sys gc --all` removes them, too)",
        );
      }
      return lines.join("\n");
    });
  },
});
