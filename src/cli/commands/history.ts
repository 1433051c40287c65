/** `sys history` */
import { command } from "../command.ts";

export default command({
  brief: "List the snapshots",
  description: "Lists what was activated, when, and which snapshot is current.",
  examples: [
    ["sys history", "newest first"],
    ["sys history --json", "as a document, oldest first"],
  ],
  remembered: () => true,
  async run(session) {
    const { machineOf } = await import("../lock.ts");
    const { history } = await import("../../journeys/history.ts");
    const { historyDocument, historyText } = await import("../render/history.ts");
    const { snapshots, current } = history(machineOf(session));
    const now = session.console.outIsTerminal ? session.system.clock.now() : null;
    session.print(
      historyDocument(snapshots, current),
      () => historyText(snapshots, current, session.style, now),
    );
  },
});
