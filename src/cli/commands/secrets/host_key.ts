/** `sys secrets host-key` */
import { command } from "../../command.ts";

export default command({
  brief: "Print the recipient of this machine",
  description:
    "Prints the public SSH host key (ed25519) of this machine as a recipient. What is encrypted for it, root on this " +
    "machine can decrypt, and sys does so without further setting up.",
  examples: [
    ["sys secrets host-key", "a line for .sops.yaml"],
    ['sys secrets init --recipient "$(ssh server sys secrets host-key)"', "on your own machine"],
  ],
  exits: [3],
  async run(session) {
    const { hostRecipient } = await import("../../../journeys/secrets/host_key.ts");
    const { path, recipient } = await hostRecipient(session.system);
    session.print({ version: 1, path, recipient }, () => recipient);
  },
});
