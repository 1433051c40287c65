/** Takes the arguments of a command and what the program has, gives the exit code. What a command said last time is said
 * again where all that it looked at is as it was; only otherwise the commands are loaded. */
import { versionLine } from "./render/version.ts";
import { places } from "../platform/places.ts";
import { keyText } from "../recall/place.ts";
import { recall } from "../recall/recall.ts";
import type { Program } from "./run.ts";

/** Runs a command that nothing is known of; `key` is what it will be remembered by. Loading it takes longer than all
 * that is done here. */
export type Run = (args: readonly string[], key: string | null) => Promise<number>;

/** Runs one command. Never throws, never exits. */
export async function start(
  args: readonly string[],
  program: Program,
  run: Run,
): Promise<number> {
  const answer = await simpleAnswer(args, program);
  if (answer !== null) {
    program.console.out(answer);
    return 0;
  }
  const key = keyOf(args, program);
  const { system, console } = program;
  const known = key === null ? null : recall(system, places(system.host).root, key);
  if (known === null) return await run(args, key);
  for (const [stream, text] of known.output) console[stream](text);
  return known.code;
}

/** What needs no command: the version, and what commands there are and do. Loading one takes longer. */
async function simpleAnswer(
  args: readonly string[],
  { version, system }: Program,
): Promise<string | null> {
  if (args.length === 1 && args[0] === "version") return `${versionLine(version, system.host)}\n`;
  const words = askedAbout(args);
  if (words === null) return null;
  const { HELP } = await import("./help.generated.ts");
  return Object.hasOwn(HELP, words) ? HELP[words] : null;
}

/** Of what help is asked for, as in `sys help store ls` and `sys store ls --help`; null where it is not. */
function askedAbout(args: readonly string[]): string | null {
  if (args.length === 0) return "";
  if (args[0] === "help") return args.slice(1).join(" ");
  return ["--help", "-h"].includes(args.at(-1)!) ? args.slice(0, -1).join(" ") : null;
}

/** What a command is remembered by; null where none is. */
function keyOf(args: readonly string[], { identity, system, console }: Program): string | null {
  if (identity === null) return null;
  const { outIsTerminal, errIsTerminal, inIsTerminal } = console;
  return keyText({
    program: identity,
    args,
    cwd: system.host.cwd,
    terminals: [outIsTerminal, errIsTerminal, inIsTerminal],
  });
}
