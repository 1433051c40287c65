/** Takes a command of the user's, runs it with the user's environment, gives its output when it fails. */
import { SysError } from "../errors.ts";
import type { Account } from "../plan/types.ts";
import type { Powers } from "../platform/powers.ts";
import type { Finished } from "../system/processes.ts";

/** Lines of output that an error shows. */
const LINES = 20;

/** What of the platform running takes. */
type Runner = Pick<Powers, "processes" | "shell" | "environment" | "home" | "patience" | "become">;

/** For whom, and until when. */
interface RunOptions {
  /** Run as this user; absent for the one who runs sys. */
  readonly account?: Account;
  readonly signal?: AbortSignal;
}

/** Runs a line for the shell, or a program with arguments. @throws SysError when it exits with another code than 0 */
export async function runCommand(
  powers: Runner,
  command: string | readonly string[],
  options: RunOptions = {},
): Promise<void> {
  const { code, stdout, stderr, timedOut } = await run(powers, command, options);
  if (code === 0 && !timedOut) return;
  const words = typeof command === "string" ? command : command.join(" ");
  const why = timedOut
    ? `it did not end within ${Math.ceil(powers.patience / 60_000)} minutes`
    : `it exited with ${code}`;
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  throw new SysError("activation", `Cannot run \`${words}\`: ${why}`, {
    notes: output.split("\n").filter((line) => line !== "").slice(-LINES),
  });
}

/** Whether a check says that there is nothing to do. */
export async function checkPasses(
  powers: Runner,
  check: string,
  options: RunOptions = {},
): Promise<boolean> {
  return (await run(powers, check, options)).code === 0;
}

function run(
  powers: Runner,
  command: string | readonly string[],
  { account, signal }: RunOptions,
): Promise<Finished> {
  const argv = typeof command === "string" ? [...powers.shell, command] : command;
  const plain = { argv, cwd: powers.home, env: powers.environment };
  return powers.processes.run({
    ...account ? powers.become(account, plain) : plain,
    signal,
    timeout: powers.patience,
  });
}
