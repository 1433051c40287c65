/** `sys secrets init` */
import { command, value } from "../../command.ts";

interface Flags {
  readonly recipient?: readonly string[];
}

export default command<Flags>({
  brief: "Make a key and a .sops.yaml",
  description:
    "Makes a key of age for you where you have none, for you alone to read, and a .sops.yaml in the folder, which " +
    "says for whom files of secrets in it are encrypted. What is there already is left as it is. Keep a copy of " +
    "the key: what is encrypted for it alone is lost with it.",
  examples: [
    ["sys secrets init", "in this folder, for you"],
    ["sys secrets init --recipient age1…", "for somebody else too"],
    ['sys secrets init --recipient "$(ssh server sys secrets host-key)"', "for a machine too"],
  ],
  exits: [3],
  flags: {
    recipient: {
      ...value("RECIPIENT", "who else can decrypt: age1…, or a line of an SSH key (ssh-ed25519 …)"),
      variadic: true,
    } as ReturnType<typeof value>,
  },
  arguments: [{
    name: "folder",
    brief: "where .sops.yaml is made; this one, if not given",
    optional: true,
  }],
  async run(session, flags, [folder]) {
    const { initSecrets } = await import("../../../journeys/secrets/init.ts");
    const done = await initSecrets(session.system, folder, flags.recipient ?? []);
    const { recipient, keyFile, rules, rulesMade, recipients } = done;
    session.print(
      { version: 1, recipient, key_file: keyFile, rules, rules_made: rulesMade },
      () => {
        const key = keyFile === null
          ? `Your key is there: ${recipient}`
          : `Made your key in ${keyFile}; keep a copy of it\n  others encrypt for you with ${recipient}`;
        const made = `Made ${rules}, for ${
          recipients.length === 1 ? "you" : recipients.join(", ")
        }`;
        return `${key}\n${
          rulesMade ? made : `${rules} is there, and says for whom files are encrypted`
        }`;
      },
    );
  },
});
