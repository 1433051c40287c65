/** Runs a command in a world that notes what it looks at, so that it need not be run again while all is as it was. */
import { recorder } from "../recall/recorder.ts";
import { EXIT } from "./exit_codes.ts";
import type { Context } from "./session.ts";

/** What a command that only looks ends with. */
const LOOKED: ReadonlySet<number> = new Set([EXIT.done, EXIT.changes]);

/** Runs a command, and remembers it under `key` where all that it did was to look.
 * @param run is given the context to run it in */
export async function remembering(
  context: Context,
  key: string,
  run: (context: Context) => Promise<number>,
): Promise<number> {
  const { system, console, notes, output } = recorder(context.system, context.console);
  const code = await run({ ...context, system, console, forget: () => notes.spoil() });
  const looks = LOOKED.has(code) ? notes.looks() : null;
  if (looks !== null) {
    const { openMachine } = await import("../journeys/open.ts");
    const { rememberCommand } = await import("../journeys/remember.ts");
    const machine = openMachine(context.system, context.version);
    await rememberCommand(machine, { key, code, output, looks });
  }
  return code;
}
