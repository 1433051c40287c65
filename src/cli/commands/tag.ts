/** `sys tag` */
import { tag } from "../../journeys/history.ts";
import { command } from "../command.ts";
import { machineOf, withLock } from "../lock.ts";

export default command({
  brief: "Name a snapshot",
  description:
    "Gives a snapshot a name that other commands take in place of its number. Snapshots with a tag are kept " +
    "by `sys gc --keep`.",
  examples: [["sys tag 4 before-trip", "snapshot 4 is `before-trip` from now on"]],
  exits: [5],
  arguments: [
    { name: "snapshot", brief: "number of the snapshot" },
    { name: "tag", brief: "its name" },
  ],
  async run(session, _flags, [number, name]) {
    const machine = machineOf(session);
    const { snapshot: tagged, from } = await withLock(
      session,
      machine,
      "exclusive",
      "sys tag",
      () => tag(machine, number, name),
    );
    session.print(
      { version: 1, number: tagged.number, tags: tagged.tags, from },
      () => {
        const text = `Snapshot ${tagged.number} is tagged ${tagged.tags.join(", ")}.`;
        return from === null ? text : `${text}\nSnapshot ${from} had the tag ${name} until now.`;
      },
    );
  },
});
