/** What the router says of each command. */
import { run } from "../../src/cli/run.ts";
import { COMMANDS } from "../../src/cli/routes.ts";
import { realSystem } from "../../src/system/real.ts";
import { collected } from "./collected.ts";

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
  const console = collected();
  await run([...words, "--help"], {
    system: realSystem(),
    console,
    version: "0",
    identity: null,
    stop: () => {},
  });
  return console.stdout;
}
