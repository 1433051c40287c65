/** `sys store path` */
import { command } from "../../command.ts";

export default command({
  brief: "Print where an object lies",
  description:
    "Prints the path of each object that is named: by a package, a name, a hash or a path in it. " +
    "With --json also its kind: free (it names no path of the store), movable (it can be used in " +
    "a store that lies elsewhere) or bound (it can't; `sys build --explain-bound` says why).",
  examples: [
    ["sys store path ripgrep", "every version of ripgrep that is there"],
    ["sys store path ripgrep --json", "with their kinds"],
  ],
  arguments: [{ name: "object", brief: "name, hash or path of an object", many: true }],
  async run(session, _flags, names) {
    const { machineOf } = await import("../../lock.ts");
    const { objectsNamed, whereabouts } = await import("../../../journeys/objects.ts");
    const machine = machineOf(session);
    const objects = objectsNamed(machine, names).map((object) => whereabouts(machine, object));
    const paths = objects.map(({ path }) => path);
    session.print({ version: 1, paths, objects }, () => paths.join("\n"));
  },
});
