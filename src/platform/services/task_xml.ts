/** The description of a task (XML of the Task Scheduler, MS-TSCH 2.5): takes what a config gives, tells what it asks
 * for, and gives it as schtasks reads it. Pure. */
import { SysError } from "../../errors.ts";

/** What in a description only an administrator may ask for. */
const ADMINISTRATORS: readonly (readonly [RegExp, string])[] = [
  [/<BootTrigger[\s/>]/, "it starts with the machine (BootTrigger)"],
  [/<RunLevel>\s*HighestAvailable\s*</, "it runs with all rights (RunLevel)"],
  [
    /<LogonType>\s*(S4U|Password|Group|ServiceAccount)\s*</,
    "it runs while nobody is logged in (LogonType)",
  ],
  [/<GroupId>/, "it runs as a group (GroupId)"],
  [
    /<UserId>\s*(S-1-5-(18|19|20)|(NT AUTHORITY\\)?(SYSTEM|LOCAL ?SERVICE|NETWORK ?SERVICE))\s*</i,
    "it runs as an account of the system (UserId)",
  ],
];

/** A trigger without a user is for all of them. */
const LOGON = /<LogonTrigger(?:\s[^>]*)?(?:\/>|>([\s\S]*?)<\/LogonTrigger>)/g;

/** Why only an administrator may have such a task; null where anybody may. */
export function needsAdministrator(xml: string): string | null {
  const bare = xml.replace(/<!--[\s\S]*?-->/g, "");
  for (const [pattern, why] of ADMINISTRATORS) if (pattern.test(bare)) return why;
  for (const [, inner = ""] of bare.matchAll(LOGON)) {
    if (!/<UserId>/.test(inner)) {
      return "it starts when any user logs in (LogonTrigger without UserId)";
    }
  }
  return null;
}

/** Whether it may be started by hand. */
export function startsOnDemand(xml: string): boolean {
  return !/<AllowStartOnDemand>\s*(false|0)\s*</.test(xml);
}

/** The text of a description in UTF-8, or in UTF-16 with a byte order mark.
 * @throws SysError of kind "config" for what is no description of a task */
export function taskText(name: string, content: Uint8Array): string {
  const wide = content[0] === 0xff && content[1] === 0xfe;
  const text = new TextDecoder(wide ? "utf-16le" : "utf-8").decode(content);
  if (/<Task[\s>]/.test(text) && /<Actions[\s>]/.test(text)) return text;
  throw new SysError("config", `Cannot enable the service ${name}: its unit is no task`, {
    hint: "on Windows a unit is the XML of a scheduled task: `schtasks /Query /XML` shows some",
  });
}

/** The same as schtasks reads it: UTF-16 with a byte order mark, and a declaration that says so. */
export function taskFile(text: string): Uint8Array {
  const declaration = '<?xml version="1.0" encoding="UTF-16"?>';
  const bare = text.replace(/^\s*<\?xml[\s\S]*?\?>\s*/, "");
  const whole = `\ufeff${declaration}\n${bare}`;
  const bytes = new Uint8Array(whole.length * 2);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < whole.length; n++) view.setUint16(n * 2, whole.charCodeAt(n), true);
  return bytes;
}
