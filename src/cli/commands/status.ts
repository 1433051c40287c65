/** `sys status` */
import { closedShells } from "../../journeys/closed_shells.ts";
import { status } from "../../journeys/status.ts";
import { command } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { machineOf, withLock } from "../lock.ts";
import { statusDocument, statusText } from "../render/status.ts";

export default command({
  brief: "Tell whether the machine still is as applied",
  description:
    "Compares the machine with the current snapshot: links, contents and modes of files, the profile, the " +
    "env scripts, services and settings. Changes nothing; `sys apply` mends what differs.",
  examples: [
    ["sys status", "exit 0 when everything is as applied, 4 when not"],
    ["sys status --json", "as a document"],
  ],
  exits: [4, 5],
  remembered: () => true,
  async run(session) {
    const machine = machineOf(session);
    const found = await withLock(session, machine, "shared", "sys status", () => status(machine));
    session.print(statusDocument(found), () => statusText(found, session.style));
    for (const why of await closedShells(machine)) session.say(why, "warning");
    return found.drift.length > 0 ? EXIT.changes : EXIT.done;
  },
});
