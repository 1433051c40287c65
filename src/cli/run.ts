/** Takes the arguments of a command and what the program has, gives the exit code. */
import { type ApplicationText, buildApplication, run as route, text_en } from "@stricli/core";
import { isCommand, routesFor } from "./routes.ts";
import type { Console, System } from "../system/mod.ts";
import { SafeConsole } from "./terminal/safe_console.ts";
import { EXIT } from "./exit_codes.ts";
import { errorDocument } from "./render/error.ts";
import type { Context } from "./session.ts";
import { SysError } from "../errors.ts";

/** What the command line is given by `main.ts`. */
export interface Program {
  readonly system: System;
  readonly console: Console;
  /** Of the program. */
  readonly version: string;
  /** What tells this executable from every other; null when it runs from source, which may change at any time. */
  readonly identity: string | null;
  /** Ends the process at once, at a second Ctrl-C. */
  stop(code: number): void;
}

const TEXT: ApplicationText = { ...text_en, exceptionWhileParsingArguments: describe };

/** Flags of every command whose value is the next argument. */
const TAKE_VALUE = new Set(["--color", "--log-format", "--trace"]);

/** Runs one command. Never throws, never exits.
 * @param key what it is remembered by */
export async function run(
  args: readonly string[],
  program: Program,
  key: string | null = null,
): Promise<number> {
  const console = new SafeConsole(program.console, { out: false, err: false });
  const line = ordered(asked(args));
  const application = buildApplication(await routesFor(line[0]), {
    name: "sys",
    versionInfo: { currentVersion: program.version },
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { caseStyle: "convert-camel-to-kebab", disableAnsiColor: true },
    localization: { text: TEXT },
  });
  const json = args.includes("--json");
  let complaint = "";
  const context: Context = {
    process: {
      stdout: { write: (text: string) => console.out(text) },
      stderr: { write: (text: string) => void (complaint += text) },
    },
    system: program.system,
    locks: program.system,
    key,
    console: program.console,
    version: program.version,
    identity: program.identity,
    words: args,
    stop: () => program.stop(EXIT.interrupted),
    exit: EXIT.done,
  };
  await route(application, line, context);
  if (complaint === "") return context.exit;
  const error = new SysError("usage", inWords(complaint.trim()), { hint: helpFor(args) });
  if (json) console.out(JSON.stringify(errorDocument(error), null, 2) + "\n");
  else console.err(`error: ${error.message}\n  hint: ${error.hint}\n`);
  return EXIT.usage;
}

/** `sys help apply` is `sys apply --help`. */
function asked(args: readonly string[]): readonly string[] {
  return args[0] === "help" ? [...args.slice(1), "--help"] : args;
}

/** Flags given before the command belong to it: `sys --json plan` is `sys plan --json`. */
function ordered(args: readonly string[]): string[] {
  let first = 0;
  while (args[first]?.startsWith("-")) first += TAKE_VALUE.has(args[first]) ? 2 : 1;
  if (first === 0 || first >= args.length) return [...args];
  return [args[first], ...args.slice(0, first), ...args.slice(first + 1)];
}

/** Flags of every command that people abbreviate; none has a letter of its own. */
const ABBREVIATED: Readonly<Record<string, string>> = {
  j: "jobs",
  m: "message",
  q: "quiet",
  v: "verbose",
};

/** The parser names flags as the code does: `--dryRun`, `for olderThan`. People type `--dry-run`. */
function inWords(message: string): string {
  return message.replace(/^No alias registered for -(\w)$/, (_, letter) => {
    const meant = ABBREVIATED[letter];
    return `There is no flag -${letter}${meant ? `, did you mean --${meant}?` : ""}`;
  }).replace(
    /(?<=--| for )[a-z]+(?:[A-Z][a-z]+)+/g,
    (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  );
}

function helpFor(args: readonly string[]): string {
  if (args[0] === "apply" && args.includes("--dry-run")) {
    return "`sys plan` shows what an apply would change";
  }
  const words = args.filter((arg) => !arg.startsWith("-"));
  return isCommand(words[0])
    ? `\`sys ${words[0]} --help\` shows its flags with examples`
    : "`sys --help` lists all commands";
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
