/** Takes a service, gives where its task description (XML) lies and what schtasks is told. Pure. */
import { win32 } from "node:path";

/** Tasks lie in a folder of their own. */
export function taskName(name: string): string {
  return `\\syslua\\${name}`;
}

/** Where the description lies that the task is made from. */
export function taskPath(name: string, user: boolean, home: string): string {
  return user
    ? win32.join(home, "AppData", "Local", "syslua", "tasks", `${name}.xml`)
    : win32.join("C:\\ProgramData", "syslua", "tasks", `${name}.xml`);
}

/** Command lines, to be run one after another. */
export function schtasks(
  op: "start" | "stop" | "running",
  name: string,
  xml: string,
): readonly (readonly string[])[] {
  const task = taskName(name);
  switch (op) {
    case "start":
      return [
        ["schtasks.exe", "/Create", "/F", "/TN", task, "/XML", xml],
        ["schtasks.exe", "/Run", "/TN", task],
      ];
    case "stop":
      return [
        ["schtasks.exe", "/End", "/TN", task],
        ["schtasks.exe", "/Delete", "/F", "/TN", task],
      ];
    case "running":
      return [["schtasks.exe", "/Query", "/TN", task]];
  }
}
