/** Permissions that files of this process do not get. They belong to the whole process, all its threads included. */

let own: number | undefined;

/** The umask of this process. Asked of the system's own tables where they may be read: the runtime finds out by setting
 * another one for a moment, in which files that other threads make get what they must not. */
export function ownUmask(): number {
  return own ??= toldUmask() ?? Deno.umask();
}

/** Does something at once with another umask, where it is another one. Nothing else is done meanwhile. */
export function withUmask<T>(umask: number, action: () => T): T {
  const own = ownUmask();
  if (umask === own) return action();
  Deno.umask(umask);
  try {
    return action();
  } finally {
    Deno.umask(own);
  }
}

function toldUmask(): number | null {
  if (Deno.build.os !== "linux") return null;
  try {
    const told = /^Umask:\s*([0-7]+)$/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
    return told === undefined ? null : parseInt(told, 8);
  } catch {
    return null;
  }
}
