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
    const { chooseSnapshot } = await import("../../snapshot/choose.ts");
    const { readCurrent } = await import("../../snapshot/history.ts");
    const { snapshotText } = await import("../render/snapshot.ts");
    const { SysError } = await import("../../errors.ts");
    const { root, system } = machineOf(session);
    const snapshot = named === undefined
      ? readCurrent(system.fs, root)
      : chooseSnapshot(system.fs, root, named);
    if (snapshot === null) {
      throw new SysError("snapshot", "Cannot show the current snapshot: nothing was applied yet", {
        hint: "`sys apply` makes the first",
      });
    }
    session.print(snapshot, () => snapshotText(snapshot, session.style));
  },
});
