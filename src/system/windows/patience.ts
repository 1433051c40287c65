/** Virus scanners, indexers and editors open files for moments, in which Windows refuses to rename, remove or open
 * them. It is tried again for some seconds. */

/** Waits so many milliseconds; nothing else is done meanwhile. */
export type Pause = (milliseconds: number) => void;

/** What another program's open file gives: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION. */
const IN_USE = new Set(["EBUSY", "ETXTBSY"]);
/** ERROR_ACCESS_DENIED, which is also what a file that is about to go gives, and what is refused for good. */
const DENIED = new Set(["EACCES", "EPERM"]);

/** Milliseconds between attempts: five seconds in all. */
const FOR_USE = [5, 10, 20, 50, 100, 200, 400, 800, 1000, 1200, 1200];
/** As long as a scanner takes; longer would be felt with every file that is refused for good. */
const FOR_DENIED = [5, 10, 20, 50, 100];

/** What the system calls an error. */
export function codeOf(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null)?.code;
  if (typeof code === "string") return code;
  if (thrown instanceof Deno.errors.PermissionDenied) return "EACCES";
  if (thrown instanceof Deno.errors.Busy) return "EBUSY";
  return thrown instanceof Deno.errors.NotFound ? "ENOENT" : "";
}

export function isRefusal(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return IN_USE.has(code) || DENIED.has(code);
}

/** Tries again while it is refused for a reason that may pass. */
export function patiently<T>(pause: Pause, action: () => T): T {
  for (let tries = 0;; tries++) {
    try {
      return action();
    } catch (thrown) {
      pauseOrThrow(pause, thrown, tries);
    }
  }
}

/** Waits before something is tried again, or throws what will not pass. @param tries how often it was tried again */
export function pauseOrThrow(pause: Pause, thrown: unknown, tries: number): void {
  const code = codeOf(thrown);
  const waits = IN_USE.has(code) ? FOR_USE : DENIED.has(code) ? FOR_DENIED : [];
  if (tries >= waits.length) throw thrown;
  pause(waits[tries]);
}

/** Blocks the thread: file systems answer at once here. */
export function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
