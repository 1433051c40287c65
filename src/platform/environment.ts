/** Takes the machine and the user, gives what commands of an activation find in their environment. Pure. */
import { join } from "node:path/posix";
import type { Host } from "../system/host.ts";
import { nativePaths } from "../system/native_path.ts";
import type { Places } from "./places.ts";

/** Variables of the user's that they see, besides HOME and PATH. */
const PASSED = [
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "TZ",
  "TERM",
  "TMPDIR",
  "SSH_AUTH_SOCK",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "DBUS_SESSION_BUS_ADDRESS",
  "XDG_RUNTIME_DIR",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_STATE_HOME",
  "XDG_CACHE_HOME",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
];

/** Without these many programs of Windows do not start, or do not find their files. `PSModulePath` is not among them: that
 * of PowerShell 7 names modules that Windows PowerShell can't load, and 7 takes them out for what it starts itself only
 * (PowerShell issue 27774). Each makes its own where there is none (about_PSModulePath). */
const WINDOWS = [
  "ALLUSERSPROFILE",
  "APPDATA",
  "CommonProgramFiles",
  "CommonProgramFiles(x86)",
  "ComSpec",
  "HOMEDRIVE",
  "HOMEPATH",
  "LOCALAPPDATA",
  "NUMBER_OF_PROCESSORS",
  "OS",
  "PATHEXT",
  "PROCESSOR_ARCHITECTURE",
  "ProgramData",
  "ProgramFiles",
  "ProgramFiles(x86)",
  "ProgramW6432",
  "PUBLIC",
  "SystemDrive",
  "SystemRoot",
  "TEMP",
  "TMP",
  "USERDOMAIN",
  "USERNAME",
  "USERPROFILE",
  "windir",
];

/** Where programs of the system lie, for a user without a PATH. */
const USUAL_PATH: Readonly<Record<Host["os"], string>> = {
  linux: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
  darwin: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
  windows: "C:\\Windows\\System32;C:\\Windows;C:\\Windows\\System32\\WindowsPowerShell\\v1.0",
};

/** The whole environment; paths in it are native. */
export function commandEnvironment(
  host: Pick<Host, "os" | "env">,
  { home, root }: Pick<Places, "home" | "root">,
): Record<string, string> {
  const { toNative, separator } = nativePaths(host.os);
  const environment: Record<string, string> = { HOME: toNative(home) };
  for (const name of host.os === "windows" ? [...PASSED, ...WINDOWS] : PASSED) {
    const value = host.env(name);
    if (value !== undefined) environment[name] = value;
  }
  const path = host.env("PATH") ?? USUAL_PATH[host.os];
  environment.PATH = `${toNative(join(root, "profile", "bin"))}${separator}${path}`;
  return environment;
}
