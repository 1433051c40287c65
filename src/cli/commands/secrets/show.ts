/** `sys secrets show` */
import { command } from "../../command.ts";

export default command({
  brief: "Print what a file holds",
  description:
    "Decrypts a file, or one value of it, to standard output. A text is printed as it is, without a further newline " +
    "unless a terminal shows it. With --json, whole numbers of more than 53 bits are texts, and bytes that are no " +
    'text are { "base64": … }.',
  examples: [
    ["sys secrets show secrets.yaml", "all of it"],
    ["sys secrets show secrets.yaml db.password", "one value"],
    ["sys secrets show secrets.yaml servers.0.token", "one of a list, whose first element is 0"],
    [`sys secrets show secrets.yaml '["a.b"]["c"]'`, "where a key has a dot in it"],
  ],
  exits: [3],
  arguments: [
    { name: "file", brief: "a file of secrets" },
    { name: "path", brief: "the way to a value", optional: true },
  ],
  async run(session, _flags, [named, way]) {
    const { showSecrets } = await import("../../../journeys/secrets/show.ts");
    const { console, system, signal } = session;
    const { bytes, document } = await showSecrets(system, named, { way, signal });
    if (session.flags.json) return session.print({ version: 1, value: document }, () => "", "all");
    if (!console.outIsTerminal) return console.outBytes(bytes);
    const text = new TextDecoder().decode(bytes);
    console.out(text === "" || text.endsWith("\n") ? text : `${text}\n`);
  },
});
