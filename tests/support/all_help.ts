/** What the router says of each command. */
import { run } from "../../src/cli/run.ts";
import { COMMANDS } from "../../src/cli/routes.ts";
import { realSystem } from "../../src/system/real.ts";

/** By the words of the command: "" for all of them, "store ls" for one below another. */
export async function allHelp(): Promise<Record<string, string>> {
  const found: Record<string, string> = { "": await help([]) };
  for (const [name, load] of Object.entries(COMMANDS)) {
    found[name] = await help([name]);
    const route = (await load()).default;
    if (!("getAllEntries" in route)) continue;
    for (const { name: { original } } of route.getAllEntries()) {
      found[`${name} ${original}`] = await help([name, original]);
    }
  }
  return found;
}

async function help(words: readonly string[]): Promise<string> {
  let help = "";
  await run([...words, "--help"], {
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
