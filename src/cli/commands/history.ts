/** `sys history` */
import { history } from "../../journeys/history.ts";
import { command } from "../command.ts";
import { machineOf } from "../lock.ts";
import { historyDocument, historyText } from "../render/history.ts";

export default command({
  brief: "List the snapshots",
  description: "Lists what was activated, when, and which snapshot is current.",
  examples: [
    ["sys history", "newest first"],
    ["sys history --json", "as a document, oldest first"],
  ],
  remembered: () => true,
  run(session) {
    const { snapshots, current } = history(machineOf(session));
    const now = session.console.outIsTerminal ? session.system.clock.now() : null;
    session.print(
      historyDocument(snapshots, current),
      () => historyText(snapshots, current, session.style, now),
    );
  },
});
