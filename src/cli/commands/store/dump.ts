/** `sys store dump` */
import { command } from "../../command.ts";

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
  async run(session, _flags, [named]) {
    const { machineOf } = await import("../../lock.ts");
    const { objectsNamed } = await import("../../object_argument.ts");
    const { dumpNar } = await import("../../../store/nar.ts");
    const { SysError } = await import("../../../errors.ts");
    const machine = machineOf(session);
    const found = objectsNamed(machine, [named]);
    if (found.length > 1) {
      throw new SysError(
        "usage",
        `Cannot tell which object is meant: ${named} names ${found.length}`,
        {
          notes: found,
          hint: "give one of these whole",
        },
      );
    }
    dumpNar(
      machine.system.fs,
      machine.store.pathOf(found[0]),
      (bytes) => session.console.outBytes(bytes),
    );
  },
});
