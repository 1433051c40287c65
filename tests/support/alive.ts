/** Which processes live; without `ps` where processes are files. */
import assert from "node:assert/strict";
import process from "node:process";

/** Whether a process lives. One that has ended and was not waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    if (Deno.build.os === "linux") return false;
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits for the end of a process. */
export async function assertGone(pid: number): Promise<void> {
  assert.ok(Number.isInteger(pid) && pid > 1, `${pid} is no process`);
  for (let tries = 0; tries < 1500; tries++) {
    if (!isAlive(pid)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`process ${pid} is still alive`);
}

/** The command lines of all processes. */
export function commandLines(): string[] {
  if (Deno.build.os !== "linux") {
    const { stdout } = new Deno.Command("ps", { args: ["-eo", "args"] }).outputSync();
    return new TextDecoder().decode(stdout).split("\n");
  }
  return [...Deno.readDirSync("/proc")].filter(({ name }) => /^[0-9]+$/.test(name))
    .map(({ name }) => commandLine(Number(name)).replaceAll("\0", " "));
}

/** The arguments of a process on Linux, each with a NUL behind it; nothing of one that has gone. */
export function commandLine(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`);
  } catch {
    return "";
  }
}
