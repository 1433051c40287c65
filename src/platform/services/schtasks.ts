/** Takes a service, gives where its task description (XML) lies, and what schtasks and the scheduler are told. Pure. */
import { join } from "node:path/posix";
import { quotePowershell } from "../../manifest/powershell.ts";

/** Tasks lie in a folder of their own. */
const FOLDER = "\\syslua";

/** Full name of a task. */
export function taskName(name: string): string {
  return `${FOLDER}\\${name}`;
}

/** Where the description lies that the task is made from. @param common folder of what all users share */
export function taskPath(name: string, user: boolean, home: string, common: string): string {
  const folder = user ? join(home, "AppData/Local") : common;
  return join(folder, "syslua/tasks", `${name}.xml`);
}

/** Command lines. `xml` is a native path. */
export const schtasks = {
  create: (name: string, xml: string) =>
    ["schtasks.exe", "/Create", "/F", "/TN", taskName(name), "/XML", xml] as const,
  run: (name: string) => ["schtasks.exe", "/Run", "/TN", taskName(name)] as const,
  end: (name: string) => ["schtasks.exe", "/End", "/TN", taskName(name)] as const,
  delete: (name: string) => ["schtasks.exe", "/Delete", "/F", "/TN", taskName(name)] as const,
};

/** How a task is, by the scheduler itself: what schtasks prints is in the user's language. */
export interface TaskState {
  /** TASK_STATE of the Task Scheduler. */
  readonly state: "unknown" | "disabled" | "queued" | "ready" | "running";
  /** What it ended with the last time: an exit code, or one of the scheduler's own. */
  readonly lastResult: number;
}

const STATES = ["unknown", "disabled", "queued", "ready", "running"] as const;

/** SCHED_S_TASK_HAS_NOT_RUN: its time has not come. */
const HAS_NOT_RUN = 0x41303;

/** A script that prints state and last result, as numbers; `absent` where there is no such task. HRESULTs 0x80070002
 * and 0x80070003 say that it, or its folder, is not there. */
export function stateScript(name: string): string {
  return `$Service = New-Object -ComObject Schedule.Service
$Service.Connect()
try {
  $Task = $Service.GetFolder(${quotePowershell(FOLDER)}).GetTask(${quotePowershell(name)})
  [Console]::WriteLine("$($Task.State) $($Task.LastTaskResult)")
} catch {
  $Code = $_.Exception.GetBaseException().HResult
  if ($Code -ne -2147024894 -and $Code -ne -2147024893) { throw }
  [Console]::WriteLine('absent')
}
`;
}

/** What the script printed; null where there is no such task. */
export function readState(printed: string): TaskState | null {
  const [state, result] = printed.trim().split(" ");
  if (state === "absent") return null;
  return { state: STATES[Number(state)] ?? "unknown", lastResult: Number(result) };
}

/** Whether it is as a service shall be: it runs, or waits for its time and ended well before. */
export function isUp({ state, lastResult }: TaskState): boolean {
  if (state === "running" || state === "queued") return true;
  return state === "ready" && (lastResult === 0 || lastResult === HAS_NOT_RUN);
}
