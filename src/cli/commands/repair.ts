/** `sys repair` */
import { checkFolders, openClosed, openMachine, setAsideMisplaced } from "../../journeys/open.ts";
import { repair } from "../../journeys/repair.ts";
import { command, toggle } from "../command.ts";
import { withLock } from "../lock.ts";
import { counted } from "../render/words.ts";

interface Flags {
  readonly forget?: boolean;
}

export default command<Flags>({
  brief: "Finish undoing what could not be undone before",
  description:
    "Tries again to put back what an interrupted or failed apply had changed and could not restore, for " +
    "example because a folder was read-only. With --forget what is left is given up, and what was there stays among `sys originals`. Snapshots that are damaged " +
    "are set aside, and what its owner may not read of what sys.lua keeps is given its permissions again.",
  examples: [
    ["sys repair", "try again"],
    ["sys repair --forget", "everything is in order by hand; forget the rest"],
  ],
  exits: [5, 7],
  flags: { forget: toggle("give up what can't be restored") },
  async run(session, flags) {
    const machine = openMachine(session.system, session.version, session.timings.phase);
    const opened = openClosed(machine);
    const misplaced = setAsideMisplaced(machine);
    checkFolders(machine);
    const { recoveries, forgotten, snapshots, journals, originals } = await withLock(
      session,
      machine,
      "repair",
      "sys repair",
      () => repair(machine, flags.forget === true),
    );
    const steps = recoveries.reduce((sum, { restored }) => sum + restored, 0);
    session.print(
      {
        version: 1,
        repaired: recoveries,
        forgotten,
        set_aside: snapshots.aside,
        made_again: snapshots.again,
        journals,
        misplaced,
        opened,
        originals,
      },
      () => {
        const lines = snapshots.aside.map((number) =>
          `Snapshot ${number} is damaged and set aside.`
        );
        for (const path of snapshots.again) lines.push(`${path} was damaged; it is made again.`);
        if (snapshots.current != null) lines.push(`Snapshot ${snapshots.current} is current.`);
        if (snapshots.current === null) lines.push("No snapshot is left; `sys apply` makes one.");
        for (const path of opened) lines.push(`${path} may be read again.`);
        for (const path of misplaced) {
          lines.push(`What was in the place of a folder or file of sys.lua's is ${path} now.`);
        }
        if (misplaced.some((path) => path.includes("/store"))) {
          lines.push("`sys store verify --repair` makes again what is missing.");
        }
        for (const path of journals) {
          lines.push(`A journal is damaged; it is ${path}, and nothing of it was undone.`);
        }
        if (originals !== null) {
          lines.push(`The list of originals was damaged; it has ${originals} again.`);
        }
        for (const { what, original } of forgotten) {
          const kept = original === null ? "" : `; what was there is original ${original}`;
          lines.push(`Not to be undone any more: ${what}${kept}.`);
        }
        if (recoveries.length > 0) lines.push(`${counted(steps, "step")} undone.`);
        return lines.length > 0 ? lines.join("\n") : "Nothing to repair.";
      },
    );
  },
});
