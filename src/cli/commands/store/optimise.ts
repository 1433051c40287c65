/** `sys store optimise` */
import { optimiseStore } from "../../../journeys/objects.ts";
import { command } from "../../command.ts";
import { machineOf, withLock } from "../../lock.ts";
import { counted, size } from "../../render/words.ts";

export default command({
  brief: "Save space by linking equal files",
  description:
    "Makes equal files of all objects one file with several names, and tells how much that saved.",
  examples: [["sys store optimise", "once in a while"]],
  exits: [5],
  async run(session) {
    const machine = machineOf(session);
    const { files, bytes } = await withLock(
      session,
      machine,
      "exclusive",
      "sys store optimise",
      () => optimiseStore(machine),
    );
    session.print(
      { version: 1, files, bytes },
      () => `${counted(files, "file")} linked: ${size(bytes)} saved`,
    );
  },
});
