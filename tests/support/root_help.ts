/** What the router says of all commands. */
import { run } from "../../src/cli/run.ts";
import { realSystem } from "../../src/system/real.ts";

export async function rootHelp(): Promise<string> {
  let help = "";
  await run(["--help"], {
    system: realSystem(),
    console: {
      out: (text) => void (help += text),
      err: () => {},
      outBytes: () => {},
      outIsTerminal: false,
      errIsTerminal: false,
      inIsTerminal: false,
      columns: () => 80,
      ask: () => Promise.resolve(null),
      onInterrupt: () => () => {},
    },
    version: "0",
    identity: null,
    stop: () => {},
  });
  return help;
}
