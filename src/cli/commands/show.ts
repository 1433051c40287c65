/** `sys show` */
import { showSnapshot } from "../../journeys/history.ts";
import { command } from "../command.ts";
import { machineOf } from "../lock.ts";
import { snapshotText } from "../render/snapshot.ts";

export default command({
  brief: "Show a snapshot",
  description: "Shows one snapshot whole: what it was made from, and everything that it activated.",
  examples: [
    ["sys show", "the current one"],
    ["sys show 4", "by its number"],
    ["sys show before-trip --json", "by its tag, as a document"],
  ],
  arguments: [{
    name: "snapshot",
    brief: "number or tag; the current one by default",
    optional: true,
  }],
  run(session, _flags, [named]) {
    const snapshot = showSnapshot(machineOf(session), named);
    session.print(snapshot, () => snapshotText(snapshot, session.style));
  },
});
