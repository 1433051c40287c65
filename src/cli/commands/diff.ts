/** `sys diff` */
import { diff } from "../../journeys/diff.ts";
import { command } from "../command.ts";
import { machineOf } from "../lock.ts";
import { diffText } from "../render/diff.ts";

export default command({
  brief: "Show what differs between two snapshots",
  description:
    "Shows packages with their versions, files with their contents, environment and services that differ " +
    "between two snapshots: by default the one before and the current one.",
  examples: [
    ["sys diff", "what the last apply changed"],
    ["sys diff 3", "what changed since snapshot 3"],
    ["sys diff 3 5", "between two"],
  ],
  arguments: [
    { name: "from", brief: "number or tag; the one before the current by default", optional: true },
    { name: "to", brief: "number or tag; the current one by default", optional: true },
  ],
  async run(session, _flags, [from, to]) {
    const found = await diff(machineOf(session), from, to);
    session.print(found, () => diffText(found, session.style));
  },
});
