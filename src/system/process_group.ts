/** A program together with all that it started and that has not left it. */

/** Sends a signal to a whole process group; one that is gone already is fine. */
export function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    if (Deno.build.os === "windows") Deno.kill(pid, "SIGKILL");
    else Deno.kill(-pid, signal);
  } catch {
    // Nothing is left of it.
  }
}

/** Whether anything of a process group still runs. What has ended and was not waited for by its parent does not. */
export function groupRuns(pid: number): boolean {
  if (Deno.build.os === "windows") return false;
  try {
    // Nothing happens to what is running; what was stopped could not end otherwise.
    Deno.kill(-pid, "SIGCONT");
  } catch {
    return false;
  }
  return processes()?.some((process) => isRunning(process, pid)) ?? true;
}

/** Null where processes are no files. */
function processes(): string[] | null {
  try {
    const names = Array.from(Deno.readDirSync("/proc"), ({ name }) => name);
    return names.includes("self") ? names.filter((name) => /^\d+$/.test(name)) : null;
  } catch {
    return null;
  }
}

/** `/proc/<pid>/stat` is described in proc(5): after the name in brackets come state, parent and group. */
function isRunning(process: string, group: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${process}/stat`);
    const [state, , itsGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(itsGroup) === group && state !== "Z" && state !== "X";
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
