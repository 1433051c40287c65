/** Takes a containment, gives the profile for macOS's sandbox-exec(1), in its language of parentheses. What is not
 * allowed is refused; later rules win over earlier ones. The kernel compares paths without links: those of the
 * containment have to be resolved (`resolvedContainment`). What programs of macOS cannot do without is what Nix, which
 * builds tens of thousands of packages there, allows. */
import { dirname } from "node:path/posix";
import type { Containment, Mount } from "./types.ts";

/** Folders of the system that programs need; the user's are not among them. */
const SYSTEM = [
  "/bin",
  "/sbin",
  "/usr/bin",
  "/usr/sbin",
  "/usr/lib",
  "/usr/libexec",
  "/usr/include",
  "/usr/share",
  "/System",
  "/Library/Apple",
  "/Library/Developer",
  "/Applications/Xcode.app",
  "/private/var/db/dyld",
  "/private/var/db/timezone",
  "/private/var/select",
];

/** `/usr/bin/cc` and the like are told by it where the real ones are. */
const SYSTEM_FILES = ["/private/var/db/xcode_select_link", "/private/etc/passwd"];

const NETWORK_FILES = [
  "/private/etc/hosts",
  "/private/etc/protocols",
  "/private/etc/resolv.conf",
  "/private/etc/services",
  "/private/var/run/resolv.conf",
];

/** Links at the top, and what leads to others. */
const LINKS = ["/etc", "/tmp", "/var", "/private/etc", "/private/tmp", "/private/var"];

const DEVICES = [
  ...["null", "zero", "random", "urandom", "tty", "ptmx", "dtracehelper"],
  ...["stdin", "stdout", "stderr"],
].map((name) => `/dev/${name}`);

/** Who has which number and name (getpwuid). */
const SERVICES = ["com.apple.system.opendirectoryd.libinfo"];

/** How to reach other machines, and which to trust. */
const NETWORK_SERVICES = [
  "com.apple.SystemConfiguration.DNSConfiguration",
  "com.apple.SystemConfiguration.configd",
  "com.apple.trustd",
  "com.apple.trustd.agent",
];

/** Names are looked up through it. */
const DNS_SOCKET = "/private/var/run/mDNSResponder";

/** The text of the profile. */
export function seatbeltProfile({ readOnly, writable, outputs, network }: Containment): string {
  const own = [...places(writable), ...outputs];
  const folders = [...SYSTEM, ...network ? ["/private/etc/ssl"] : [], ...places(readOnly), ...own];
  const files = [...SYSTEM_FILES, ...network ? NETWORK_FILES : []];
  const above = [...new Set([...LINKS, ...[...folders, ...files].flatMap(foldersAbove), "/dev"])];
  return [
    "(version 1)",
    "(deny default)",
    "(allow process-fork)",
    "(allow signal (target same-sandbox))",
    "(allow sysctl-read)",
    "(allow ipc-posix*)",
    "(allow ipc-sysv*)",
    "(allow system-socket)",
    `(allow mach-lookup ${globals([...SERVICES, ...network ? NETWORK_SERVICES : []])})`,
    `(allow file-read-metadata ${literals(above)})`,
    `(allow file-read* (literal "/") ${literals(files)})`,
    `(allow file-read* process-exec ${subpaths(folders)})`,
    `(allow file-read* file-write-data file-ioctl ${literals(DEVICES)} (subpath "/dev/fd"))`,
    `(allow file-read* file-write-data file-ioctl (regex #"^/dev/pty[a-z]+") (regex #"^/dev/ttys[0-9]+"))`,
    `(allow file-write* network-inbound network-outbound ${subpaths(own)})`,
    // A program that runs as another user would get out.
    "(deny file-write-setugid)",
    ...network
      ? [
        "(allow network* (local ip) (remote ip))",
        `(allow network-outbound (remote unix-socket (path-literal ${quoted(DNS_SOCKET)})))`,
      ]
      : [],
    "",
  ].join("\n");
}

/** The same containment, its paths without links. `resolve` gives a path as the system has it. */
export function resolvedContainment(
  containment: Containment,
  resolve: (path: string) => string,
): Containment {
  const mounts = (some: readonly Mount[]) =>
    some.map(({ from, at }) => ({ from: resolve(from), at: resolve(at) }));
  return {
    ...containment,
    readOnly: mounts(containment.readOnly),
    writable: mounts(containment.writable),
    outputs: containment.outputs.map(resolve),
  };
}

function places(mounts: readonly Mount[]): string[] {
  return mounts.map(({ at }) => at);
}

/** Who asks where it is has to look at each of them. */
function foldersAbove(path: string): string[] {
  const folder = dirname(path);
  return folder === path ? [] : [...foldersAbove(folder), folder];
}

const literals = filters("literal");
const subpaths = filters("subpath");
const globals = filters("global-name");

function filters(name: string): (texts: readonly string[]) => string {
  return (texts) => texts.map((text) => `(${name} ${quoted(text)})`).join(" ");
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
