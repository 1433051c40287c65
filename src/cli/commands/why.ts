/** `sys why` */
import { command } from "../command.ts";

export default command({
  brief: "Tell what keeps an object in the store",
  description:
    "Shows each snapshot or other root that needs an object, with the references that lead to it.",
  examples: [
    ["sys why ripgrep", "by the name of a package"],
    ["sys why ~/.local/share/syslua/store/obj/ripgrep-…", "by its path"],
  ],
  arguments: [{ name: "object", brief: "path, name or hash of an object" }],
  async run(session, _flags, [named]) {
    const { machineOf } = await import("../lock.ts");
    const { why } = await import("../../journeys/why.ts");
    const { objectsNamed } = await import("../../journeys/objects.ts");
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
