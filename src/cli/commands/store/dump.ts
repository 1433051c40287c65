/** `sys store dump` */
import { dumpObject, objectNamed } from "../../../journeys/objects.ts";
import { command } from "../../command.ts";
import { machineOf } from "../../lock.ts";

export default command({
  brief: "Write an object as NAR",
  description:
    "Writes the archive of an object to standard output, as `nix-store --dump` does: its bytes are what the " +
    "object's hash is made over.",
  examples: [
    ["sys store dump ripgrep | sha256sum", "its hash"],
    ["sys store dump ripgrep | nix-store --restore there", "a copy of it"],
  ],
  arguments: [{ name: "object", brief: "name, hash or path of an object" }],
  run(session, _flags, [named]) {
    const machine = machineOf(session);
    dumpObject(machine, objectNamed(machine, named), (bytes) => session.console.outBytes(bytes));
  },
});
