/** Whether this process has the rights of an administrator: on Windows who has them must ask for them, by the console
 * that sys was started in. */

/** Integrity levels "high" and "system" (well-known SIDs); without those rights it is "medium". */
const HIGH = /\bS-1-16-(12288|16384)\b/;

/** Reads `whoami /groups`, whose SIDs are the same in all languages. @param systemRoot native */
export function isAdministrator(systemRoot: string): boolean {
  try {
    const { success, stdout } = new Deno.Command(`${systemRoot}\\System32\\whoami.exe`, {
      args: ["/groups", "/fo", "csv", "/nh"],
      stdin: "null",
      stderr: "null",
    }).outputSync();
    return success && saysHigh(new TextDecoder().decode(stdout));
  } catch {
    return false;
  }
}

/** The same of its output. */
export function saysHigh(groups: string): boolean {
  return HIGH.test(groups);
}
