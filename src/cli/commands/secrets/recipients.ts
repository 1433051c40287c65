/** `sys secrets recipients` */
import { command } from "../../command.ts";
import { counted } from "../../render/words.ts";

export default command({
  brief: "List for whom a file is encrypted",
  description:
    "Lists the keys that open a file, and which of them are yours. It takes no key to see that.",
  examples: [["sys secrets recipients secrets.yaml", "one line a key"]],
  exits: [3],
  arguments: [{ name: "file", brief: "a file of secrets" }],
  async run(session, _flags, [named]) {
    const { listRecipients } = await import("../../../journeys/secrets/recipients.ts");
    const { recipients, groups, threshold } = await listRecipients(session.system, named);
    session.print({ version: 1, groups, threshold, recipients }, () => {
      const lines = recipients.map(({ type, name, group, own }) =>
        (groups > 1 ? `group ${group}: ` : "") + (type === "age" ? name : `${type} ${name}`) +
        (own ? "  (yours)" : "")
      );
      const rule = `${counted(threshold, "group")} of ${groups} open it`;
      return [...lines, ...(groups > 1 ? [rule] : [])].join("\n");
    });
  },
});
