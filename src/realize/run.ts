/** Takes a command of a build, gives what it prints. It sees nothing of the user's environment, is contained where
 * the machine can, and whatever it started ends with it. */
import { basename, dirname, isAbsolute, join } from "node:path/posix";
import { SysError } from "../errors.ts";
import { powershellLines } from "../manifest/powershell.ts";
import type { Command, Os, System } from "../system/mod.ts";
import { mapCompilers } from "./compilers.ts";
import { NOWHERE } from "./environment.ts";
import { SANDBOX_MARKER } from "./sandbox/bubblewrap.ts";
import { contained } from "./sandbox/sandbox.ts";
import type { Containment } from "./sandbox/types.ts";
import type { BuildContext } from "./build_context.ts";
import { makeFolders } from "../system/folders.ts";
import { removeTree } from "../store/remove.ts";

export interface RunRequest {
  /** A line for the shell, or a program and its arguments. */
  readonly command: string | readonly string[];
  /** Absolute, as the build sees it. */
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly shell: string | null;
  readonly stdin: string | null;
  /** Seconds. */
  readonly timeout: number | null;
  /** Whether a program that fails is an error. */
  readonly check: boolean;
  /** Whether what it prints is the result. */
  readonly capture: boolean;
}

/** Whatever the user's is: archives that a build makes have the modes of its files in them. */
const UMASK = 0o022;

/** Bytes of standard output that a recipe may be given. */
const CAPTURED = 16 << 20;

/** Runs a command. @returns what it printed, if that is captured
 * @throws SysError of kind "build" when it fails, takes too long or prints too much to be captured */
export async function run(build: BuildContext, request: RunRequest): Promise<string> {
  const { log, signal, system } = build;
  build.openScratch();
  const argv = argvOf(request, system.host.os);
  const shown = typeof request.command === "string" ? request.command.trim() : argv.join(" ");
  const name = log.command(shown);
  if (build.compilers !== null) mapCompilers(system, build.compilers);
  if (typeof request.command !== "string") refuseMissing(build, request);
  const captured = new Captured(name);
  const { code, timedOut } = await inStandIn(
    build,
    (standIn) =>
      build.jobserver.use(request.env, async (jobs) => {
        try {
          return await system.processes.run({
            ...contain(build, request, argv, { standIn, jobs }),
            stdin: request.stdin ?? undefined,
            timeout: request.timeout === null ? undefined : request.timeout * 1000,
            signal,
            capture: false,
            onOutput: (bytes, stream) => {
              log.bytes(bytes, stream);
              if (request.capture && stream === "stdout") captured.add(bytes);
            },
          });
        } finally {
          log.flush();
        }
      }),
  );
  signal.throwIfAborted();
  if (timedOut || (code !== 0 && request.check)) log.commandFailed();
  if (timedOut) {
    throw new SysError("build", `Cannot run ${name}: it was not done after ${request.timeout} s`, {
      notes: log.last,
    });
  }
  if (code !== 0 && request.check) {
    throw new SysError("build", `Cannot run ${name}: it ended with code ${code}`, {
      notes: log.last,
    });
  }
  return captured.text();
}

/** Whatever would start the command says this in its own words. */
function refuseMissing({ system: { fs, host }, within }: BuildContext, request: RunRequest): void {
  const [program] = request.command;
  const { PATH } = request.env;
  if (host.os === "windows" || program.includes("/") || PATH === undefined) return;
  const isThere = PATH.split(":").some((folder) =>
    isAbsolute(folder) && fs.lstat(within.outside(join(folder, program))) !== null
  );
  if (isThere) return;
  throw new SysError("build", `Cannot run ${program}: there is no such program on PATH`, {
    hint: "a derivation in `opts` brings the programs in its `bin`; else the system has to have it",
    notes: [`PATH is ${PATH}`],
  });
}

/** The command as it is started in its sandbox. */
function contain(
  { system, sandbox, compilers, places, folder, keeper, derivation }: BuildContext,
  { cwd, env }: RunRequest,
  argv: readonly string[],
  { standIn, jobs }: Pick<Containment, "standIn" | "jobs">,
): Pick<Command, "argv" | "cwd" | "env" | "umask" | "keeper"> {
  const containment = {
    readOnly: [
      ...places.objects.map((path) => ({ from: path, at: path })),
      { from: places.fetched, at: places.seen.fetched },
      ...compilers === null ? [] : [{ from: compilers.folder, at: compilers.folder }],
    ],
    writable: [{ from: places.tmp, at: places.seen.tmp }],
    standIn,
    outputs: Object.values(places.outputs),
    jobs,
    network: derivation.fixed !== null,
    cwd,
  };
  return {
    argv: contained(system, sandbox, containment, join(folder, "accounts"), argv),
    ...sandbox.kind === "bubblewrap"
      ? { cwd: folder, env: { ...env, [SANDBOX_MARKER]: places.tmp } }
      : { cwd, env },
    umask: UMASK,
    keeper,
  };
}

/** What a command prints for its recipe. */
class Captured {
  readonly #name: string;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(name: string) {
    this.#name = name;
  }

  add(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size > CAPTURED) {
      throw new SysError("build", `Cannot run ${this.#name}: it prints more than 16 MiB`, {
        hint: "with `{ capture = false }` its output goes into the build log only",
      });
    }
    this.#chunks.push(bytes);
  }

  text(): string {
    const decoder = new TextDecoder();
    return this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") +
      decoder.decode();
  }
}

function argvOf({ command, shell }: RunRequest, os: Os): string[] {
  if (typeof command !== "string") return [...command];
  if (os === "windows" && shell === null) return powershellLines(command);
  // With `-e` a script stops at its first command that fails, instead of building on.
  return shell === null ? ["/bin/sh", "-e", "-c", command] : [shell, "-c", command];
}

/**
 * In the sandbox, the folder that outputs are made in is a stand-in with this build's only: one that mounts each
 * output would have to know beforehand whether it will be a file or a folder. What is there moves in, and what has
 * been made moves out, by renaming.
 */
async function inStandIn<T>(
  { system: { fs, host }, sandbox, places, folder }: BuildContext,
  action: (standIn: Containment["standIn"]) => Promise<T>,
): Promise<T> {
  const outputs = Object.values(places.outputs);
  const at = dirname(outputs[0] ?? places.tmp);
  if (sandbox.kind !== "bubblewrap") return await action({ from: at, at });
  const from = join(folder, "stand-in");
  removeTree(fs, from);
  fs.mkdir(from, 0o700);
  writeAccounts(fs, join(folder, "accounts"), host);
  const move = (source: string, target: string) => {
    for (const path of outputs) {
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
  const builder = host.uid === 0 ? "" : `builder:x:${host.uid}:${host.gid}::${NOWHERE}:/bin/sh\n`;
  const group = host.gid === 0 ? "" : `builder:x:${host.gid}:\n`;
  const files = {
    passwd: `root:x:0:0::${NOWHERE}:/bin/sh\n${builder}nobody:x:65534:65534::/:/bin/sh\n`,
    group: `root:x:0:\n${group}nogroup:x:65534:\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    const file = fs.create(join(folder, name), 0o644);
    file.write(new TextEncoder().encode(text));
    file.close();
  }
}
