/** `sys store path` */
import { command } from "../../command.ts";

export default command({
  brief: "Print where an object lies",
  description:
    "Prints the path of each object that is named: by a package, a name, a hash or a path in it.",
  examples: [["sys store path ripgrep", "every version of ripgrep that is there"]],
  arguments: [{ name: "object", brief: "name, hash or path of an object", many: true }],
  async run(session, _flags, names) {
    const { machineOf } = await import("../../lock.ts");
    const { objectsNamed } = await import("../../../journeys/objects.ts");
    const machine = machineOf(session);
    const paths = objectsNamed(machine, names).map((object) => machine.store.pathOf(object));
    session.print({ version: 1, paths }, () => paths.join("\n"));
  },
});
