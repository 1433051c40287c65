/** `sys secrets edit` */
import { command } from "../../command.ts";
import { sayWritten } from "../../render/secrets.ts";

export default command({
  brief: "Edit a file in your editor",
  description:
    "Decrypts a file, opens it in your editor (SOPS_EDITOR, VISUAL, EDITOR, or vi), and encrypts what you save. A " +
    "file that is not there is made, for whom .sops.yaml says. The plain text is only in a file system in memory, " +
    "in a folder that nobody else can enter; where a machine has none, nothing is edited. Values that you leave as " +
    "they are keep their encrypted text.",
  examples: [
    ["sys secrets edit secrets.yaml", "in $EDITOR"],
    ["EDITOR='code --wait' sys secrets edit secrets.env", "in another one"],
  ],
  exits: [3, 130],
  arguments: [{
    name: "file",
    brief: "ends in .yaml, .json, .env or .ini; other files are of any bytes",
  }],
  async run(session, _flags, [named]) {
    const { editSecrets } = await import("../../../journeys/secrets/edit.ts");
    const { console, system, signal } = session;
    const written = await editSecrets(system, named, {
      lend: (argv) => console.raw.lend(argv),
      signal,
      again: async (problem) => {
        if (!console.inIsTerminal || session.flags.json) return false;
        session.say(problem, "warning");
        const answer = await console.ask("e)dit again, q)uit? ", signal);
        return /^e/i.test(answer?.trim() ?? "");
      },
    });
    sayWritten(session, written);
  },
});
