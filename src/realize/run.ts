/** Takes a command of a recipe, gives what it prints. It runs in a world of its own: nothing of the user's
 * environment, contained where the machine can, and whatever it started ends with it. */
import { basename, dirname, join } from "node:path";
import { SysError } from "../errors.ts";
import type { Os, System } from "../system/mod.ts";
import type { BuildLog } from "./log.ts";
import { contained } from "./sandbox/sandbox.ts";
import type { Sandbox } from "./sandbox/types.ts";
import { makeFolders } from "../system/folders.ts";
import { removeTree } from "../store/remove.ts";

export interface RunRequest {
  /** A line for the shell, or a program and its arguments. */
  readonly command: string | readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly shell: string | null;
  readonly stdin: string | null;
  /** Seconds. */
  readonly timeout: number | null;
  /** Whether a program that fails is an error. */
  readonly check: boolean;
}

/** The world that commands of one build see. */
export interface RunWorld {
  readonly sandbox: Sandbox;
  /** Scratch folder of this build for the sandbox's own files. */
  readonly folder: string;
  readonly tmp: string;
  /** Where the outputs are made; all in one folder. */
  readonly outputs: readonly string[];
  /** Objects and fetched files. */
  readonly readOnly: readonly string[];
  readonly network: boolean;
  readonly log: BuildLog;
  readonly signal: AbortSignal;
}

/** Lines of output that an error shows; the log has all of them. */
const SHOWN = 20;

/** 1980-01-01: the first date that zip can hold. Tools that write dates into what they make use it. */
const SOURCE_DATE_EPOCH = "315532800";

/** What every command finds in its environment; `tools` are folders for the front of PATH. */
export function baseEnvironment(
  os: Os,
  tmp: string,
  tools: readonly string[],
): Record<string, string> {
  const windows = os === "windows";
  const system = windows
    ? ["C:\\Windows\\System32", "C:\\Windows", "C:\\Windows\\System32\\WindowsPowerShell\\v1.0"]
    : ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];
  return {
    HOME: "/homeless-shelter",
    LANG: "C.UTF-8",
    PATH: [...tools, ...system].join(windows ? ";" : ":"),
    SOURCE_DATE_EPOCH,
    TMPDIR: tmp,
    TZ: "UTC",
    ...(windows ? { SystemRoot: "C:\\Windows", TEMP: tmp, TMP: tmp } : {}),
  };
}

/** Runs a command. @returns what it printed @throws SysError of kind "build" when it fails or takes too long */
export async function run(
  system: Pick<System, "fs" | "processes" | "host">,
  world: RunWorld,
  request: RunRequest,
): Promise<string> {
  const argv = argvOf(request, system.host.os);
  const shown = typeof request.command === "string" ? request.command.trim() : argv.join(" ");
  world.log.line(`$ ${shown}`);
  const { code, stdout, timedOut } = await inStandIn(system, world, async (standIn) => {
    const containment = {
      readOnly: world.readOnly,
      writable: [world.tmp],
      standIn,
      network: world.network,
      cwd: request.cwd,
    };
    const accounts = join(world.folder, "accounts");
    try {
      return await system.processes.run({
        argv: contained(system, world.sandbox, containment, accounts, argv),
        cwd: world.sandbox.kind === "bubblewrap" ? world.folder : request.cwd,
        env: request.env,
        stdin: request.stdin ?? undefined,
        timeout: request.timeout === null ? undefined : request.timeout * 1000,
        signal: world.signal,
        onOutput: (bytes, stream) => world.log.bytes(bytes, stream),
      });
    } finally {
      world.log.flush();
    }
  });
  world.signal.throwIfAborted();
  const name = shown.split("\n")[0];
  if (timedOut) {
    throw new SysError("build", `Cannot run ${name}: it was not done after ${request.timeout} s`, {
      notes: world.log.last,
    });
  }
  if (code !== 0 && request.check) {
    throw new SysError("build", `Cannot run ${name}: it ended with code ${code}`, {
      notes: world.log.last.slice(-SHOWN),
    });
  }
  return new TextDecoder().decode(stdout);
}

function argvOf({ command, shell }: RunRequest, os: Os): string[] {
  if (typeof command !== "string") return [...command];
  if (os === "windows" && shell === null) {
    const script = `$ErrorActionPreference = "Stop"\n${command}\nexit $LASTEXITCODE`;
    return ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", script];
  }
  // With `-e` a script stops at its first command that fails, instead of building on.
  return shell === null ? ["/bin/sh", "-e", "-c", command] : [shell, "-c", command];
}

/**
 * In the sandbox, the folder that outputs are made in is a stand-in with this build's only: one that mounts each
 * output would have to know beforehand whether it will be a file or a folder. What is there moves in, and what has
 * been made moves out, by renaming.
 */
async function inStandIn<T>(
  system: Pick<System, "fs" | "processes" | "host">,
  world: RunWorld,
  action: (standIn: { from: string; at: string }) => Promise<T>,
): Promise<T> {
  const { fs, host } = system;
  const at = dirname(world.outputs[0] ?? world.tmp);
  if (world.sandbox.kind !== "bubblewrap") return await action({ from: at, at });
  const from = join(world.folder, "stand-in");
  removeTree(fs, from);
  fs.mkdir(from, 0o700);
  writeAccounts(fs, join(world.folder, "accounts"), host);
  const move = (source: string, target: string) => {
    for (const path of world.outputs) {
      const output = join(source, basename(path));
      const info = fs.lstat(output);
      if (info === null) continue;
      // Only a folder that may be written can move to another one.
      if (info.kind === "dir" && (info.mode & 0o200) === 0) fs.chmod(output, info.mode | 0o200);
      fs.rename(output, join(target, basename(path)));
    }
  };
  move(at, from);
  try {
    return await action({ from, at });
  } finally {
    move(from, at);
    removeTree(fs, from);
  }
}

/** The accounts that a build sees: those that every system has, and whoever it runs as, by another name. */
function writeAccounts(fs: System["fs"], folder: string, host: System["host"]): void {
  if (fs.lstat(folder) !== null) return;
  makeFolders(fs, folder);
  const builder = host.uid === 0
    ? ""
    : `builder:x:${host.uid}:${host.gid}::/homeless-shelter:/bin/sh\n`;
  const group = host.gid === 0 ? "" : `builder:x:${host.gid}:\n`;
  const files = {
    passwd: `root:x:0:0::/homeless-shelter:/bin/sh\n${builder}nobody:x:65534:65534::/:/bin/sh\n`,
    group: `root:x:0:\n${group}nogroup:x:65534:\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    const file = fs.create(join(folder, name), 0o644);
    file.write(new TextEncoder().encode(text));
    file.close();
  }
}
