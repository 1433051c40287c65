/** All of the program but its start: what is needed where a command can't be answered by what it said the last time.
 * The executable has it as a script that is compiled beforehand (`scripts/compile/`), with its own copy of what
 * `main.ts` has, too: only texts and numbers pass between them. */
import config from "./deno.json" with { type: "json" };
import { realSystem } from "./src/system/real.ts";
import { RealConsole } from "./src/system/real_console.ts";

/** Does what a process of root asks of another one with a user's rights. */
export async function serveAsAgent(args: readonly string[]): Promise<void> {
  const { serveAsAgent } = await import("./src/system/agent/server.ts");
  serveAsAgent(args);
}

/** Runs one command, gives its exit code. Never throws, never exits.
 * @param identity what tells this executable from every other; null when it runs from source
 * @param key what the command is remembered by */
export async function runCommand(
  args: readonly string[],
  { identity, key, stop }: {
    readonly identity: string | null;
    readonly key: string | null;
    /** Ends the process at once. */
    stop(code: number): void;
  },
): Promise<number> {
  const { run } = await import("./src/cli/run.ts");
  const { version } = config;
  const program = { system: realSystem(), console: new RealConsole(), version, identity, stop };
  return await run(args, program, key);
}
