/** Takes a command of the user's, runs it with the user's environment, gives its output when it fails. */
import { SysError } from "../errors.ts";
import type { Account } from "../plan/types.ts";
import type { Adapters } from "../platform/adapters.ts";
import type { Finished } from "../system/processes.ts";

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
  const { code, stdout, stderr, timedOut } = await run(adapters, command, options);
  if (code === 0 && !timedOut) return;
  const words = typeof command === "string" ? command : command.join(" ");
  const why = timedOut
    ? `it did not end within ${Math.ceil(adapters.commandTimeout / 60_000)} minutes`
    : `it exited with ${code}`;
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  throw new SysError("activation", `Cannot run \`${words}\`: ${why}`, {
    notes: output.split("\n").filter((line) => line !== "").slice(-LINES),
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
  { account, signal }: RunOptions,
): Promise<Finished> {
  const argv = typeof command === "string" ? [...adapters.shell, command] : command;
  const plain = { argv, cwd: adapters.home, env: adapters.environment };
  return adapters.processes.run({
    ...account ? adapters.become(account, plain) : plain,
    signal,
    timeout: adapters.commandTimeout,
  });
}
