/** `sys store ls` */
import { objectList } from "../../../journeys/objects.ts";
import { command } from "../../command.ts";
import { machineOf } from "../../lock.ts";
import { columns, counted, size } from "../../render/words.ts";

export default command({
  brief: "List the objects in the store",
  description: "Lists every object with its size and how many others it refers to.",
  examples: [["sys store ls", "one line an object"], ["sys store ls --json", "as a document"]],
  run(session) {
    const objects = objectList(machineOf(session));
    session.print({ version: 1, objects }, () => {
      const rows = objects.map(({ object, bytes, references }) => [
        object,
        size(bytes),
        references.length > 0 ? counted(references.length, "reference") : "",
      ]);
      const total = objects.reduce((sum, { bytes }) => sum + bytes, 0);
      return [columns(rows), `${counted(objects.length, "object")}, ${size(total)}`]
        .filter(Boolean).join("\n");
    });
  },
});
