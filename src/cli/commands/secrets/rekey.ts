/** `sys secrets rekey` */
import { command } from "../../command.ts";

export default command({
  brief: "Encrypt for those whom .sops.yaml names",
  description:
    "Encrypts each file for the recipients that .sops.yaml has for it by now. All files are opened before the first " +
    "one is written. Where somebody is no recipient any more, the file gets another data key. Whoever could read " +
    "it still has what it held, in the history of a repository too: such values are to be changed.",
  examples: [["sys secrets rekey secrets.yaml secrets/*.yaml", "after .sops.yaml was changed"]],
  exits: [3],
  arguments: [{ name: "file", brief: "a file of secrets", many: true }],
  async run(session, _flags, names) {
    const { rekeySecrets } = await import("../../../journeys/secrets/rekey.ts");
    const files = await rekeySecrets(session.system, names);
    session.print({ version: 1, files }, () =>
      files.map(({ path, added, removed, changed }) => {
        if (!changed) return `${path}: for the same as before`;
        const lines = [...added.map((one) => `  + ${one}`), ...removed.map((one) => `  - ${one}`)];
        return [`${path}: encrypted anew`, ...lines].join("\n");
      }).join("\n"));
    if (files.some(({ removed }) => removed.length > 0)) {
      session.say("Who was removed may have read what was there: change the values themselves");
    }
  },
});
