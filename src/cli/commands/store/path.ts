/** `sys store path` */
import { objectsNamed, whereabouts } from "../../../journeys/objects.ts";
import { command } from "../../command.ts";
import { machineOf } from "../../lock.ts";

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
  run(session, _flags, names) {
    const machine = machineOf(session);
    const objects = objectsNamed(machine, names).map((object) => whereabouts(machine, object));
    const paths = objects.map(({ path }) => path);
    session.print({ version: 1, paths, objects }, () => paths.join("\n"));
  },
});
