/** Takes a command of the user's, runs it with the user's environment, gives its output when it fails. */
import { randomBytes } from "node:crypto";
import { SysError } from "../errors.ts";
import type { Account } from "../plan/types.ts";
import type { Adapters } from "../platform/adapters.ts";
import type { Finished } from "../system/processes.ts";
import { Tail } from "../system/tail.ts";

/** In the environment of a command and of all that it starts, with a value that no other command has. */
const MARKER = "SYSLUA_RUN";

/** Lines of output that an error shows. */
const LINES = 20;

/** What of the platform running takes. */
type Runner = Pick<
  Adapters,
  "processes" | "shell" | "environment" | "home" | "commandTimeout" | "become"
>;

/** For whom, and until when. */
interface RunOptions {
  /** Run as this user; absent for the one who runs sys. */
  readonly account?: Account;
  readonly signal?: AbortSignal;
}

/** Runs a line for the shell, or a program with arguments. @throws SysError when it exits with another code than 0 */
export async function runCommand(
  adapters: Runner,
  command: string | readonly string[],
  options: RunOptions = {},
): Promise<void> {
  const tail = new Tail();
  const { code, timedOut } = await run(adapters, command, { ...options, tail });
  if (code === 0 && !timedOut) return;
  const words = typeof command === "string" ? command : command.join(" ");
  const why = timedOut
    ? `it did not end within ${Math.ceil(adapters.commandTimeout / 60_000)} minutes`
    : `it exited with ${code}`;
  throw new SysError("activation", `Cannot run \`${words}\`: ${why}`, {
    notes: tail.lines(LINES),
  });
}

/** Whether a check says that there is nothing to do. */
export async function checkPasses(
  adapters: Runner,
  check: string,
  options: RunOptions = {},
): Promise<boolean> {
  return (await run(adapters, check, options)).code === 0;
}

function run(
  adapters: Runner,
  command: string | readonly string[],
  { account, signal, tail }: RunOptions & { readonly tail?: Tail },
): Promise<Finished> {
  const argv = typeof command === "string" ? adapters.shell(command) : command;
  const env = { ...adapters.environment, [MARKER]: randomBytes(16).toString("hex") };
  const plain = { argv, cwd: adapters.home, env };
  return adapters.processes.run({
    ...account ? adapters.become(account, plain) : plain,
    marker: MARKER,
    signal,
    timeout: adapters.commandTimeout,
    capture: false,
    onOutput: (bytes, stream) => tail?.add(bytes, stream),
  });
}
