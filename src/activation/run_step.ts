/** Takes a command of the user's, runs it with the user's environment, gives its output when it fails. */
import { SysError } from "../errors.ts";
import type { Powers } from "../platform/powers.ts";

/** Lines of output that an error shows. */
const LINES = 20;

/** Runs a line for the shell, or a program with arguments. @throws SysError when it exits with another code than 0 */
export async function runCommand(
  powers: Pick<Powers, "processes" | "shell" | "environment" | "home">,
  command: string | readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const argv = typeof command === "string" ? [...powers.shell, command] : command;
  const { code, stdout, stderr } = await powers.processes.run({
    argv,
    cwd: powers.home,
    env: powers.environment,
    signal,
  });
  if (code === 0) return;
  const words = typeof command === "string" ? command : command.join(" ");
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  throw new SysError("activation", `Cannot run \`${words}\`: it exited with ${code}`, {
    notes: output.split("\n").filter((line) => line !== "").slice(-LINES),
  });
}

/** Whether a check says that there is nothing to do. */
export async function checkPasses(
  powers: Pick<Powers, "processes" | "shell" | "environment" | "home">,
  check: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { code } = await powers.processes.run({
    argv: [...powers.shell, check],
    cwd: powers.home,
    env: powers.environment,
    signal,
  });
  return code === 0;
}
