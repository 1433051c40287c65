/** `sys originals drop` */
import { dropOriginals } from "../../../journeys/originals.ts";
import { command } from "../../command.ts";
import { machineOf, withLock } from "../../lock.ts";

export default command({
  brief: "Let some go",
  description:
    "Takes originals off the list. What no snapshot needs of them goes with the next `sys gc`, for good.",
  examples: [["sys originals drop 3 4", "originals 3 and 4"]],
  exits: [5],
  arguments: [{ name: "number", brief: "as `sys originals` lists it", many: true }],
  async run(session, _flags, named) {
    const machine = machineOf(session);
    const dropped = await withLock(
      session,
      machine,
      "exclusive",
      "sys originals drop",
      () => dropOriginals(machine, named),
    );
    session.print(
      { version: 1, dropped: dropped.map(({ number, path }) => ({ number, path })) },
      () => dropped.map(({ number, path }) => `Dropped original ${number} (${path}).`).join("\n"),
    );
  },
});
