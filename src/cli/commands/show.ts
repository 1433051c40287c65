/** `sys show` */
import { command } from "../command.ts";

export default command({
  brief: "Show a snapshot",
  description: "Shows one snapshot whole: what it was made from, and everything that it activated.",
  examples: [
    ["sys show", "the current one"],
    ["sys show 4", "by its number"],
    ["sys show before-trip --json", "by its tag, as it is stored"],
  ],
  arguments: [{
    name: "snapshot",
    brief: "number or tag; the current one by default",
    optional: true,
  }],
  async run(session, _flags, [named]) {
    const { machineOf } = await import("../lock.ts");
    const { showSnapshot } = await import("../../journeys/history.ts");
    const { snapshotText } = await import("../render/snapshot.ts");
    const snapshot = showSnapshot(machineOf(session), named);
    session.print(snapshot, () => snapshotText(snapshot, session.style));
  },
});
