/** `sys version` */
import { command } from "../command.ts";
import { platformName, versionLine } from "../render/version.ts";

export default command({
  brief: "Show the version",
  description: "Shows the version of sys and the platform that it runs on.",
  examples: [
    ["sys version", "one line"],
    ["sys version --json", "as a document"],
    ["sys version --verbose", "with the copyright notices of what it contains"],
  ],
  async run(session) {
    const platform = platformName(session.system.host);
    const line = versionLine(session.version, session.system.host);
    const notice = session.flags.verbose ? (await import("../notice.generated.ts")).NOTICE : null;
    session.print(
      { version: 1, sys: session.version, platform },
      () => notice === null ? line : `${line}\n\n${notice}`,
    );
  },
});
