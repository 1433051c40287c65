/** Stand-ins for programs: each keeps its state and answers as the real one does. */
import { basename } from "node:path/posix";
import type { Command, Processes } from "../../../../src/system/processes.ts";

/** What a program did. */
export interface Answer {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** How a program was called. */
export interface Call {
  /** Without the program. */
  readonly args: readonly string[];
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
  /** As whom. */
  readonly user: string;
  /** Calls another program. */
  run(argv: readonly string[], user?: string): Answer;
}

export type StandIn = (call: Call) => Answer;

/** Processes that know these programs, by name, and note what was run. `user`: who runs sys. */
export function programs(known: Readonly<Record<string, StandIn>>, user = "root") {
  const commands: Command[] = [];
  const all: Readonly<Record<string, StandIn>> = { sudo, env, ...known };
  const call = ({ argv, stdin = "", env }: Command, as: string): Answer => {
    const program = all[basename(argv[0])];
    if (program === undefined) return { code: 127, stderr: `${argv[0]}: command not found\n` };
    const text = typeof stdin === "string" ? stdin : new TextDecoder().decode(stdin);
    return program({
      args: argv.slice(1),
      stdin: text,
      env,
      user: as,
      run: (inner, other = as) => call({ argv: inner, stdin, env }, other),
    });
  };
  const encoder = new TextEncoder();
  const processes: Processes = {
    run(command) {
      commands.push(command);
      const { code = 0, stdout = "", stderr = "" } = call(command, user);
      return Promise.resolve({
        code,
        stdout: encoder.encode(stdout),
        stderr: encoder.encode(stderr),
        timedOut: false,
      });
    },
    keeper: () => ({ kill: () => Promise.resolve() }),
    passesOnFiles: () => false,
    which: (program) =>
      basename(program) in all ? program.startsWith("/") ? program : `/usr/bin/${program}` : null,
  };
  return { processes, commands };
}

/** sudo(8), as root calls it: `-n -H -u <name> -- …`. */
const sudo: StandIn = ({ args, user, run }) => {
  const [named, name, end] = args.slice(-args.length).slice(args.indexOf("-u"));
  if (named !== "-u" || end !== "--") return { code: 1, stderr: "usage: sudo -u user command\n" };
  if (user !== "root" && user !== name) {
    return { code: 1, stderr: "sudo: a password is required\n" };
  }
  return run(args.slice(args.indexOf("--") + 1), name);
};

/** env(1): variables do not matter to the others. */
const env: StandIn = ({ args, run }) => run(args.slice(args.findIndex((it) => !it.includes("="))));
