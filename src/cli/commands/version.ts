/** `sys version` */
import { command } from "../command.ts";

export default command({
  brief: "Show the version",
  description: "Shows the version of sys and the platform that it runs on.",
  examples: [["sys version", "one line"], ["sys version --json", "as a document"]],
  async run(session) {
    const { os, arch } = session.system.host;
    const platform = `${arch}-${os}`;
    await Promise.resolve();
    session.print(
      { version: 1, sys: session.version, platform },
      () => `sys ${session.version} (${platform})`,
    );
  },
});
