/** Ends a program of Windows with all that it started. There are no process groups: what a program has started is known
 * by its number, as long as it lives. So the tree is ended while its root lives, and a number whose program has ended
 * is never used: it may be another's by then. */

/** Milliseconds that Windows may take for it. */
const TIMEOUT = 10_000;

/** The root of a tree. */
export interface Root {
  readonly pid: number;
  /** Whether nobody has waited for its end yet. Until then the system gives its number to nobody else. */
  readonly alive: () => boolean;
  /** Ends the program alone. */
  kill(): void;
}

/** Ends a tree. Console programs can't be asked to end, so there is no grace. @param taskkill native path of it */
export async function endTree(root: Root, taskkill: string): Promise<void> {
  if (!root.alive()) return;
  try {
    const { success } = await new Deno.Command(taskkill, {
      args: ["/T", "/F", "/PID", String(root.pid)],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      signal: AbortSignal.timeout(TIMEOUT),
    }).output();
    if (success) return;
  } catch {
    // It is not there, or may not be started.
  }
  if (root.alive()) root.kill();
}
