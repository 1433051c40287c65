/** Tells whether a process runs, and which of those that had its number it is. */
import process from "node:process";

/** What tells a running process from an earlier one with its number, "" where the system doesn't say. Null when none
 * has it: one that has ended and was not yet waited for holds nothing any more. */
export function startOf(pid: number): string | null {
  if (Deno.build.os === "linux" && readStat("self") !== null) {
    const stat = readStat(String(pid));
    // The name, in parentheses, may hold any character.
    const [state, ...fields] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? ["X"];
    return state === "Z" || state === "X" ? null : fields[18];
  }
  try {
    process.kill(pid, 0);
    return "";
  } catch (thrown) {
    return (thrown as { code?: unknown }).code === "ESRCH" ? null : "";
  }
}

function readStat(pid: string): string | null {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return null;
  }
}
