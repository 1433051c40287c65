/** Takes a containment, gives the profile for macOS's sandbox-exec(1), in its language of parentheses. What is not
 * allowed is refused; later rules win over earlier ones. */
import type { Containment, Mount } from "./types.ts";

/** Folders of the system that programs need; the user's are not among them. */
const SYSTEM = [
  "/bin",
  "/sbin",
  "/usr",
  "/System",
  "/Library/Apple",
  "/Library/Developer/CommandLineTools",
  "/Applications/Xcode.app",
  "/opt/homebrew",
  "/private/var/db/dyld",
  "/private/var/db/timezone",
  "/private/var/select",
  "/private/etc/ssl",
];

const DEVICES = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/fd"];

/** The text of the profile. */
export function seatbeltProfile(containment: Containment): string {
  const { readOnly, writable, standIn, network } = containment;
  // Outputs have no paths of their own until the build makes them, so the folder is open where they will be.
  const written = [...writable, standIn];
  return [
    "(version 1)",
    "(deny default)",
    "(allow process-fork process-exec)",
    "(allow signal (target same-sandbox))",
    "(allow sysctl-read)",
    "(allow mach-lookup)",
    "(allow ipc-posix-shm ipc-posix-sem)",
    "(allow file-read-metadata)",
    `(allow file-read* (literal "/") ${subpaths([...SYSTEM, ...readOnly, ...written])})`,
    `(allow file-read* file-write-data file-ioctl ${
      DEVICES.map((path) => `(literal ${quoted(path)})`).join(" ")
    })`,
    `(allow file-write* ${subpaths(written)})`,
    network ? "(allow network* (local ip) (remote ip))\n(allow system-socket)" : "(deny network*)",
    "",
  ].join("\n");
}

function subpaths(paths: readonly (string | Mount)[]): string {
  return paths.map((path) => `(subpath ${quoted(typeof path === "string" ? path : path.at)})`).join(
    " ",
  );
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
