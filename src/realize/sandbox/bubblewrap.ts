/** Takes a containment, gives the arguments of bubblewrap (bwrap(1)) that bring it about. */
import type { Containment, SystemPart } from "./types.ts";

/** The variable by which the processes of a sandbox are known outside. What runs in it does not see it. Its first
 * process is bound to the life of bwrap a moment after its start only: when bwrap ends before, it lives on. */
export const SANDBOX_MARKER = "SYSLUA_SANDBOX";

/** Where programs, libraries and what these need of the system may lie. Of /etc only what programs need to start
 * and, with the network, to find and to trust other machines. */
export const SYSTEM_PATHS = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
  "/nix/store",
  "/gnu/store",
  "/run/current-system",
  "/etc/alternatives",
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/ld-musl-x86_64.path",
  "/etc/ld-musl-aarch64.path",
];

/** The same, only with the network. */
export const NETWORK_PATHS = [
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/nsswitch.conf",
  "/etc/services",
  "/etc/protocols",
  "/etc/gai.conf",
  "/etc/ssl",
  "/etc/pki",
  "/etc/ca-certificates",
  "/etc/static/ssl",
];

/**
 * The arguments before the program's own. `parts` are those of `SYSTEM_PATHS` and `NETWORK_PATHS` that exist;
 * `accounts` is a folder with a `passwd` and a `group` that name nobody of this machine.
 */
export function bubblewrap(
  program: string,
  containment: Containment,
  parts: readonly SystemPart[],
  accounts: string,
): string[] {
  const { readOnly, writable, standIn, network, cwd } = containment;
  return [
    program,
    ...[
      "--unshare-user",
      "--unshare-ipc",
      "--unshare-pid",
      "--unshare-uts",
      "--unshare-cgroup-try",
    ],
    ...(network ? [] : ["--unshare-net"]),
    ...["--die-with-parent", "--new-session", "--hostname", "localhost"],
    ...["--cap-drop", "ALL", "--unsetenv", SANDBOX_MARKER],
    ...parts.flatMap(({ path, link }) =>
      link === null ? ["--ro-bind", path, path] : ["--symlink", link, path]
    ),
    ...["--ro-bind", `${accounts}/passwd`, "/etc/passwd"],
    ...["--ro-bind", `${accounts}/group`, "/etc/group"],
    ...["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"],
    ...["--bind", standIn.from, standIn.at],
    ...readOnly.flatMap(({ from, at }) => ["--ro-bind", from, at]),
    ...writable.flatMap(({ from, at }) => ["--bind", from, at]),
    ...["--remount-ro", "/"],
    ...["--chdir", cwd, "--"],
  ];
}
