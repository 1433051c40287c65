/** Lines of shell, for what is not measured. */

/** How one is run. */
interface How {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** What it prints. @throws Error with what it says, when it fails */
export function shell(line: string, how: How = {}): string {
  const { success, stdout, stderr } = run(line, how);
  if (success) return text(stdout);
  throw new Error(`${line}: ${text(stderr)}`);
}

/** Whether it succeeds. */
export function succeeds(line: string, how: How = {}): boolean {
  return run(line, how).success;
}

/** What it prints; an empty text when it fails. */
export function ask(line: string, how: How = {}): string {
  const { success, stdout } = run(line, how);
  return success ? text(stdout) : "";
}

function run(line: string, { env, cwd }: How) {
  const clearEnv = env !== undefined;
  return new Deno.Command("/bin/sh", { args: ["-c", line], env, cwd, clearEnv, stdin: "null" })
    .outputSync();
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).trim();
}
