/** Makes a command: its flags, its help with examples and exit codes, and the one place where it ends. */
import { buildCommand } from "@stricli/core";
import { SysError } from "../errors.ts";
import { EXIT_MEANINGS } from "./exit_codes.ts";
import { interruption } from "./interruption.ts";
import { type CommonFlags, type Context, Session } from "./session.ts";

/** A flag as the parser wants it. */
export type FlagSpec =
  | { kind: "boolean"; brief: string; optional: true; withNegated: false }
  | { kind: "parsed"; parse: (text: string) => unknown; brief: string; placeholder: string }
    & ({ optional: true; variadic?: true } | { default: string })
  | { kind: "enum"; values: readonly string[]; brief: string; default: string };

/** An argument without a dash. */
export interface ArgumentSpec {
  readonly name: string;
  readonly brief: string;
  readonly optional?: boolean;
  /** Takes all that are left. */
  readonly many?: boolean;
}

/** All that makes a command. */
export interface CommandSpec<F> {
  readonly brief: string;
  readonly description: string;
  /** Command lines with what they do. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** Exit codes beside 0, 1 and 2. */
  readonly exits?: readonly number[];
  readonly flags?: Readonly<Record<string, FlagSpec>>;
  readonly arguments?: readonly ArgumentSpec[];
  /** Whether it may be remembered as long as all is as it was; not what tells the time. */
  remembered?(flags: F & CommonFlags): boolean;
  /** What of the words of the command line a trace may hold; all of them unless given. */
  traced?(words: readonly string[]): readonly string[];
  /** Does it; the number is the exit code (0 when nothing is returned). */
  run(
    session: Session,
    flags: F & CommonFlags,
    args: readonly string[],
  ): Promise<number | void> | number | void;
}

/** A flag that is on or off. */
export function toggle(brief: string): FlagSpec {
  return { kind: "boolean", brief, optional: true, withNegated: false };
}

/** A flag with a value. */
export function value(
  placeholder: string,
  brief: string,
  parse: (text: string) => unknown = String,
): FlagSpec {
  return { kind: "parsed", parse, brief, placeholder, optional: true };
}

/** A flag that takes one of a few words. */
export function choice(values: readonly string[], initial: string, brief: string): FlagSpec {
  return { kind: "enum", values, brief, default: initial };
}

/** Reads a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least) {
      throw new SyntaxError(`"${text}" is not a whole number of at least ${least}`);
    }
    return number;
  };
}

const COMMON: Readonly<Record<string, FlagSpec>> = {
  json: toggle("print one JSON document on standard output"),
  quiet: toggle("say only what went wrong"),
  verbose: toggle("say more: every name, and tracebacks"),
  color: choice(["auto", "always", "never"], "auto", "colour the output"),
  logFormat: choice(["text", "json"], "text", "form of the messages on standard error"),
  noWait: toggle("fail with exit code 5 rather than wait for another sys"),
  timings: toggle("say how long each step took"),
  trace: value("FILE", "write what took how long, for Perfetto or chrome://tracing"),
};

/** Builds it for the router. */
export function command<F>(spec: CommandSpec<F>) {
  const list = spec.arguments ?? [];
  const many = list.find((argument) => argument.many);
  const parameter = (argument: ArgumentSpec) => ({
    brief: argument.brief,
    parse: String,
    placeholder: argument.name,
    ...(argument.optional && !argument.many ? { optional: true } : {}),
  });
  const positional = many
    ? { kind: "array", parameter: parameter(many), minimum: many.optional ? 0 : 1 }
    : { kind: "tuple", parameters: list.map(parameter) };
  return buildCommand<CommonFlags, string[], Context>({
    docs: { brief: spec.brief, fullDescription: describe(spec) },
    // The flags are data here; what a command reads from them is checked by its own interface.
    // deno-lint-ignore no-explicit-any
    parameters: { flags: { ...spec.flags, ...COMMON } as any, positional: positional as any },
    func: async function (this: Context, flags: CommonFlags, ...args: string[]) {
      this.exit = await run(this, spec, flags, args.filter((a) => a !== undefined));
    },
  });
}

async function run<F>(
  context: Context,
  spec: CommandSpec<F>,
  flags: CommonFlags,
  args: readonly string[],
): Promise<number> {
  const known = flags as F & CommonFlags;
  const { key } = context;
  const timed = flags.timings === true || flags.trace !== undefined;
  if (key === null || timed || spec.remembered?.(known) !== true) {
    return await execute(context, spec, known, args);
  }
  const { remembering } = await import("./remembering.ts");
  return await remembering(context, key, (noting) => execute(noting, spec, known, args));
}

async function execute<F>(
  context: Context,
  spec: CommandSpec<F>,
  flags: F & CommonFlags,
  args: readonly string[],
): Promise<number> {
  const interrupted = new AbortController();
  const ignore = context.console.onInterrupt(interruption(context.system.clock, {
    first: () =>
      interrupted.abort(new SysError("interrupted", "Interrupted: the system is as before")),
    // A journal that is open is undone by the next command.
    again: () => context.stop(),
  }));
  const session = new Session(context, flags, interrupted.signal);
  let endTrace: (() => Promise<void>) | undefined;
  try {
    if (flags.trace !== undefined) {
      const { startTrace } = await import("./traced.ts");
      endTrace = await startTrace(
        session,
        flags.trace,
        spec.traced?.(context.words) ?? context.words,
      );
    }
    return (await spec.run(session, flags, args)) ?? 0;
  } catch (thrown) {
    return session.fail(thrown);
  } finally {
    session.live?.hide();
    if (flags.timings && !flags.json) session.timings.lines().forEach((line) => session.say(line));
    await endTrace?.();
    ignore();
  }
}

function describe<F>(spec: CommandSpec<F>): string {
  const width = Math.max(...spec.examples.map(([line]) => line.length));
  const examples = spec.examples.map(([line, does]) => `  ${line.padEnd(width)}   ${does}`);
  const codes = [...new Set([0, 1, 2, ...(spec.exits ?? [])])].sort((a, b) => a - b);
  const exits = codes.map((code) => `  ${String(code).padEnd(3)}  ${EXIT_MEANINGS[code]}`);
  return `${spec.description}\n\nEXAMPLES\n${examples.join("\n")}\n\nEXIT CODES\n${
    exits.join("\n")
  }`;
}
