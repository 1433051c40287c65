/** `sys tag` */
import { command } from "../command.ts";

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
  async run(session, _flags, [number, tag]) {
    const { machineOf, withLock } = await import("../lock.ts");
    const { chooseSnapshot } = await import("../../snapshot/choose.ts");
    const { tagSnapshot } = await import("../../snapshot/tag.ts");
    const machine = machineOf(session);
    const { root, system } = machine;
    const tagged = await withLock(session, machine, "exclusive", "sys tag", () => {
      const snapshot = chooseSnapshot(system.fs, root, number);
      return tagSnapshot(system.fs, root, snapshot.number, tag);
    });
    session.print(
      { version: 1, number: tagged.number, tags: tagged.tags },
      () => `Snapshot ${tagged.number} is tagged ${tagged.tags.join(", ")}.`,
    );
  },
});
