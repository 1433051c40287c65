/** `sys why` */
import { objectsNamed } from "../../journeys/objects.ts";
import { why } from "../../journeys/why.ts";
import { command } from "../command.ts";
import { machineOf } from "../lock.ts";

export default command({
  brief: "Tell what keeps an object in the store",
  description:
    "Shows each snapshot or other root that needs an object, with the references that lead to it.",
  examples: [
    ["sys why ripgrep", "by the name of a package"],
    ["sys why ~/.local/share/syslua/store/obj/ripgrep-…", "by its path"],
  ],
  arguments: [{ name: "object", brief: "path, name or hash of an object" }],
  run(session, _flags, [named]) {
    const machine = machineOf(session);
    const kept = objectsNamed(machine, [named]).map((object) => ({
      object,
      reasons: why(machine, object),
    }));
    session.print({ version: 1, objects: kept }, () =>
      kept.flatMap(({ object, reasons }) => {
        if (reasons.length === 0) return [`${object}: nothing; \`sys gc\` removes it`];
        return [object, ...reasons.map(({ root, path }) => `  ${[root, ...path].join(" → ")}`)];
      }).join("\n"));
  },
});
