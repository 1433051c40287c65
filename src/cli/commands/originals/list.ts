/** `sys originals` */
import { listOriginals } from "../../../journeys/originals.ts";
import { command } from "../../command.ts";
import { machineOf } from "../../lock.ts";
import { originalDocument, originalsText } from "../../render/originals.ts";

export default command({
  brief: "List what was replaced or set aside",
  description:
    "Lists files, links and folders that sys.lua replaced, and edits that it set aside: number, when, what, " +
    "owner, where it was. Each stays until it is given back or dropped.",
  examples: [
    ["sys originals", "all of them"],
    ["sys originals --json", "as a document"],
  ],
  async run(session) {
    const originals = await listOriginals(machineOf(session));
    session.print(
      { version: 1, originals: originals.map(originalDocument) },
      () => originalsText(originals, session.style),
    );
  },
});
