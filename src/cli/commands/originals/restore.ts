/** `sys originals restore` */
import { restoreOriginal } from "../../../journeys/originals.ts";
import { command } from "../../command.ts";
import { machineOf, withLock } from "../../lock.ts";
import { keptDocument, keptLines } from "../../render/originals.ts";
import { namedPath } from "../../../system/named_path.ts";

export default command({
  brief: "Put one back, or elsewhere",
  description:
    "Puts an original back where it was, or a copy of it at another path, with its owner, mode and time. " +
    "What lies there is set aside under a number of its own.",
  examples: [
    ["sys originals restore 3", "where it was"],
    ["sys originals restore 3 ~/old.vimrc", "elsewhere"],
  ],
  exits: [5, 7, 130],
  arguments: [
    { name: "number", brief: "as `sys originals` lists it" },
    { name: "path", brief: "where to; where it was by default", optional: true },
  ],
  async run(session, _flags, [named, path]) {
    const machine = machineOf(session);
    const to = path === undefined ? undefined : namedPath(session.system.host, path);
    const restored = await withLock(
      session,
      machine,
      "exclusive",
      "sys originals restore",
      () => restoreOriginal(machine, named, to, session.signal),
    );
    const { original: { number }, kept } = restored;
    session.print(
      { version: 1, number, path: restored.path, kept: keptDocument(kept) },
      () => [`Original ${number} is at ${restored.path}.`, ...keptLines(kept, true)].join("\n"),
    );
  },
});
