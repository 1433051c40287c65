/** A program together with all that it started and that has not left it: a process group, which Windows does not have
 * (`windows/process_tree.ts`). */

/** Sends a signal to a whole process group; one that is gone already is fine. */
export function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    Deno.kill(-pid, signal);
  } catch {
    // Nothing is left of it.
  }
}

/** Whether there is anything of a process group. What has ended counts until somebody has waited for it. */
export function groupExists(pid: number): boolean {
  try {
    // Nothing happens to what is running; what was stopped could not end otherwise.
    Deno.kill(-pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}
