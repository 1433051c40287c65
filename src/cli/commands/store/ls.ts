/** `sys store ls` */
import { command } from "../../command.ts";

export default command({
  brief: "List the objects in the store",
  description: "Lists every object with its size and how many others it refers to.",
  examples: [["sys store ls", "one line an object"], ["sys store ls --json", "as a document"]],
  async run(session) {
    const { machineOf } = await import("../../lock.ts");
    const { objectList } = await import("../../../journeys/objects.ts");
    const { columns, counted, size } = await import("../../render/words.ts");
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
