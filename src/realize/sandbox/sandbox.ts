/** Takes what the user wants and what the machine can, gives the sandbox that builds run in. */
import { basename, dirname, join } from "node:path/posix";
import { SysError } from "../../errors.ts";
import type { System } from "../../system/mod.ts";
import { bubblewrap, NETWORK_PATHS, SYSTEM_PATHS } from "./bubblewrap.ts";
import { resolvedContainment, seatbeltProfile } from "./seatbelt.ts";
import { JOBSERVER_FILE } from "../jobserver.ts";
import type { Containment, Sandbox, SystemPart } from "./types.ts";

export type SandboxMode = "require" | "auto" | "off";

/** Finds the sandbox by trying it. @throws SysError of kind "build" when it is required and there is none */
export async function findSandbox(
  system: Pick<System, "fs" | "processes" | "host">,
  mode: SandboxMode,
): Promise<Sandbox> {
  if (mode === "off") return { kind: "none", reason: "it was turned off" };
  const found = await probe(system);
  if (found.kind === "none" && mode === "require") {
    throw new SysError("build", `Cannot build in a sandbox: ${found.reason}`, {
      hint: "`--sandbox=auto` builds without one where there is none",
    });
  }
  return found;
}

async function probe(system: Pick<System, "fs" | "processes" | "host">): Promise<Sandbox> {
  const { fs, processes, host } = system;
  const path = host.env("PATH") ?? "/usr/bin:/bin";
  if (host.os === "darwin") {
    const program = processes.which("sandbox-exec", "/usr/bin");
    if (program === null) return { kind: "none", reason: "there is no sandbox-exec" };
    const argv = [program, "-p", "(version 1)(allow default)", "/usr/bin/true"];
    const { code } = await processes.run({ argv, env: {}, timeout: PROBE_TIMEOUT });
    return code === 0
      ? { kind: "seatbelt", program }
      : { kind: "none", reason: "sandbox-exec does not work here" };
  }
  if (host.os !== "linux") return { kind: "none", reason: `there is none for ${host.os}` };
  const program = processes.which("bwrap", path);
  if (program === null) {
    return { kind: "none", reason: "bubblewrap (bwrap) is not installed" };
  }
  const always = systemParts(fs, SYSTEM_PATHS);
  const argv = [
    program,
    ...["--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"],
    ...always.flatMap(({ path, link }) =>
      link === null ? ["--ro-bind", path, path] : ["--symlink", link, path]
    ),
    ...["--proc", "/proc", "--dev", "/dev", "--die-with-parent", "--", "/bin/sh", "-c", ":"],
  ];
  const { code, stderr } = await processes.run({ argv, env: {}, timeout: PROBE_TIMEOUT });
  if (code === 0) {
    return {
      kind: "bubblewrap",
      program,
      parts: { always, network: systemParts(fs, NETWORK_PATHS) },
    };
  }
  const said = new TextDecoder().decode(stderr).trim().split("\n")[0];
  return { kind: "none", reason: `bubblewrap does not work here (${said || `exit ${code}`})` };
}

/** Milliseconds. */
const PROBE_TIMEOUT = 10_000;

/** The whole command for a program to run contained. `accounts`: see `bubblewrap`. */
export function contained(
  system: Pick<System, "fs" | "processes">,
  sandbox: Sandbox,
  containment: Containment,
  accounts: string,
  argv: readonly string[],
): string[] {
  switch (sandbox.kind) {
    case "none":
      return onlyStandardFiles(system, argv, containment.jobs);
    case "seatbelt": {
      const real = resolvedContainment(containment, (path) => realPlace(system.fs, path));
      const box = [sandbox.program, "-p", seatbeltProfile(real), ...argv];
      return onlyStandardFiles(system, box, containment.jobs);
    }
    case "bubblewrap": {
      const { always, network } = sandbox.parts;
      const parts = containment.network ? [...always, ...network] : always;
      const box = bubblewrap(sandbox.program, containment, parts, accounts);
      return onlyStandardFiles(system, [...box, ...argv], containment.jobs);
    }
  }
}

/** Closes what whoever called sys has left open: a build could read and write through it, sandbox or not. `$0` is a
 * pipe to be opened, or empty. */
const CLOSE_OTHERS = "for f in /proc/self/fd/*; do n=${f##*/}; case $n in 0|1|2) ;; " +
  '*) eval "exec $n>&-" 2>/dev/null;; esac; done; ' +
  `[ -z "$0" ] || exec ${JOBSERVER_FILE}<>"$0"; ` +
  'exec /usr/bin/env -u SHLVL -u OLDPWD -u _ "$@"';

/** The same where there is no shell that knows descriptors of two digits. */
const CLOSE_FEW = "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; " +
  `[ -z "$0" ] || exec ${JOBSERVER_FILE}<>"$0"; exec "$@"`;

function onlyStandardFiles(
  { fs, processes }: Pick<System, "fs" | "processes">,
  argv: readonly string[],
  jobs: string | null,
): string[] {
  if (jobs === null && !processes.passesOnFiles()) return [...argv];
  const given = [jobs ?? "", ...argv];
  if (fs.lstat("/proc/self/fd") === null) {
    return jobs === null ? [...argv] : ["/bin/sh", "-c", CLOSE_FEW, ...given];
  }
  const bash = ["/bin/bash", "/usr/bin/bash"].find((path) => fs.lstat(path) !== null);
  return bash === undefined
    ? ["/bin/sh", "-c", CLOSE_FEW, ...given]
    : [bash, "--norc", "--noprofile", "-c", CLOSE_OTHERS, ...given];
}

/** Which sandbox it is, for people. */
export function describe(sandbox: Sandbox): string {
  return sandbox.kind === "none" ? `none: ${sandbox.reason}` : sandbox.kind;
}

function systemParts(fs: System["fs"], paths: readonly string[]): SystemPart[] {
  return paths.flatMap((path): SystemPart[] => {
    const info = fs.lstat(path);
    if (info === null) return [];
    if (info.kind !== "link") return [{ path, link: null }];
    // A link below /etc leads to a place that is not shown; its content is what counts.
    if (!path.startsWith("/etc/")) return [{ path, link: fs.readLink(path) }];
    return fs.lstat(resolved(fs, path) ?? path) ? [{ path, link: null }] : [];
  });
}

/** A path without links; what is not made yet will lie in its folder. */
function realPlace(fs: System["fs"], path: string): string {
  const real = resolved(fs, path);
  if (real !== null) return real;
  const folder = dirname(path);
  return folder === path ? path : join(realPlace(fs, folder), basename(path));
}

function resolved(fs: System["fs"], path: string): string | null {
  try {
    return fs.realPath(path);
  } catch {
    // It leads to nothing.
    return null;
  }
}
