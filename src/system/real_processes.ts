/** Programs of this machine, each in a process group of its own. */
import { joinChunks } from "./contents.ts";
import { SysError } from "../errors.ts";
import { findProgram } from "./find_program.ts";
import { RealKeeper } from "./guard.ts";
import type { Os } from "./host.ts";
import { type NativePaths, nativePaths } from "./native_path.ts";
import { envValue, onceEach } from "./env_names.ts";
import { groupExists, signalGroup } from "./process_group.ts";
import { hasInheritedFiles } from "./inherited_files.ts";
import type { Command, Finished, Processes } from "./processes.ts";
import { withUmask } from "./umask.ts";

/** How long output may still come after the program itself has ended, in milliseconds: a child that it left
 * behind may hold the pipe open for ever. */
const DRAIN = 300;

/** How many times in a row something may have come then. What the program itself has written last is no more than the
 * pipe holds, and read at once; a child that it left behind may write for ever. */
const LOOKS = 10;

/** Milliseconds that a program has to end in order once it was told to. */
const GRACE = 5_000;

/** Milliseconds that what it started then has, at most. Where nobody waits for orphans, those that have ended already
 * can't be told from others. */
const REST = 1_000;

/** How often it is looked whether a process group is gone, in milliseconds. */
const POLL = 50;

/** By whose rules programs are found, started and ended. */
export interface ProgramRules {
  readonly os: Os;
  readonly paths: NativePaths;
  /** Native path of what ends trees on Windows. */
  readonly taskkill: string;
}

/** Those of this machine. */
function rulesHere(): ProgramRules {
  const windows = Deno.build.os === "windows";
  const os = windows ? "windows" : Deno.build.os === "darwin" ? "darwin" : "linux";
  const root = windows ? Deno.env.get("SystemRoot") ?? "C:\\Windows" : "";
  return { os, paths: nativePaths(os), taskkill: `${root}\\System32\\taskkill.exe` };
}

/** Runs programs for real. */
export class RealProcesses implements Processes {
  readonly #rules: ProgramRules;

  constructor(rules: ProgramRules = rulesHere()) {
    this.#rules = rules;
  }

  async run(command: Command): Promise<Finished> {
    const program = this.#find(command);
    if (command.signal?.aborted) throw new SysError("interrupted", `Did not run ${program}`);
    const { keeper, marker, env } = command;
    if (keeper instanceof RealKeeper) return await this.#run(program, command, keeper);
    const own = this.keeper(marker === undefined ? [] : [`${marker}=${env[marker]}`]);
    try {
      return await this.#run(program, command, own);
    } finally {
      await own.dismiss();
    }
  }

  async #run(program: string, command: Command, keeper: RealKeeper): Promise<Finished> {
    keeper.begin();
    let child: Deno.ChildProcess;
    try {
      child = start(program, command, this.#rules);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new SysError("io", `Cannot run ${program}: ${reason}`, { cause: thrown });
    }
    return await new Running(child, keeper, command, this.#rules).finished();
  }

  #find({ argv: [name], env }: Command): string {
    const { os, paths } = this.#rules;
    const inside = paths.fromNative(name);
    const isPath = inside.includes("/");
    if (isPath && os !== "windows") return inside;
    const program = this.which(name, envValue(env, "PATH", os) ?? "");
    if (program !== null) return program;
    // What is wrong with a path is said by the system.
    if (isPath) return inside;
    throw new SysError("io", `Cannot run ${name}: there is no such program on its PATH`);
  }

  keeper(markers: readonly string[]): RealKeeper {
    return new RealKeeper(markers);
  }

  #passesOnFiles: boolean | undefined;

  passesOnFiles(): boolean {
    return this.#passesOnFiles ??= hasInheritedFiles();
  }

  which(program: string, path = Deno.env.get("PATH") ?? ""): string | null {
    const { os } = this.#rules;
    return findProgram(program, { os, path, pathext: Deno.env.get("PATHEXT") }, Deno);
  }
}

function start(
  program: string,
  { argv, cwd, env, stdin, umask }: Command,
  { os, paths }: ProgramRules,
): Deno.ChildProcess {
  const command = new Deno.Command(paths.toNative(program), {
    args: argv.slice(1),
    cwd: cwd === undefined ? undefined : paths.toNative(cwd),
    env: onceEach(env, os),
    clearEnv: true,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    // On Windows what is not detached ends with sys (the runtime has it in a job), and shares its console; what is
    // detached has none, and opens a window for each program that it starts.
    detached: os !== "windows",
  });
  if (umask === undefined || os === "windows") return command.spawn();
  // A program gets that of whoever starts it.
  return withUmask(umask, () => command.spawn());
}

/** One program, from its start to the end of all that it started. */
class Running {
  readonly #child: Deno.ChildProcess;
  readonly #keeper: RealKeeper;
  readonly #command: Command;
  readonly #rules: ProgramRules;
  /** Whether somebody has waited for its end. */
  #ended = false;
  /** Set when the program is being ended rather than ending by itself; resolves when it has ended. */
  #ending: Promise<void> | null = null;
  #timedOut = false;
  #failure: { readonly thrown: unknown } | null = null;

  constructor(
    child: Deno.ChildProcess,
    keeper: RealKeeper,
    command: Command,
    rules: ProgramRules,
  ) {
    this.#child = child;
    this.#keeper = keeper;
    this.#command = command;
    this.#rules = rules;
    child.status.then(() => this.#ended = true);
  }

  /** @throws what `onOutput` throws */
  async finished(): Promise<Finished> {
    const { timeout, signal, stdin } = this.#command;
    const end = () => this.#end();
    const timer = timeout === undefined ? undefined : setTimeout(() => {
      this.#timedOut = true;
      end();
    }, timeout);
    signal?.addEventListener("abort", end, { once: true });
    try {
      const adopted = this.#keeper.adopt(this.#child.pid);
      const stdout = this.#collect("stdout");
      const stderr = this.#collect("stderr");
      const fed = feed(this.#child, stdin);
      const { code } = await this.#child.status;
      await adopted;
      await this.#clear();
      await fed;
      await drained([stdout, stderr]);
      if (this.#failure !== null) throw this.#failure.thrown;
      const timedOut = this.#timedOut;
      return { code, stdout: stdout.bytes(), stderr: stderr.bytes(), timedOut };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
    }
  }

  /** Asks the program to end, and makes it end when it does not. */
  #end(): void {
    this.#ending ??= this.#rules.os === "windows" ? this.#endTree() : this.#endGroup();
  }

  async #endTree(): Promise<void> {
    const { endTree } = await import("./windows/process_tree.ts");
    await endTree({
      pid: this.#child.pid,
      alive: () => !this.#ended,
      kill: () => this.#child.kill("SIGKILL"),
    }, this.#rules.taskkill);
  }

  async #endGroup(): Promise<void> {
    const { pid } = this.#child;
    let until = performance.now() + (this.#command.grace ?? GRACE);
    this.#child.status.then(() => until = Math.min(until, performance.now() + REST));
    signalGroup(pid, "SIGTERM");
    while (groupExists(pid) && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
    signalGroup(pid, "SIGKILL");
    await this.#keeper.kill();
  }

  /** Whatever the program started and left behind ends with it. */
  async #clear(): Promise<void> {
    if (this.#ending !== null) return await this.#ending;
    // The number of what has ended may be another program's on Windows.
    if (this.#rules.os !== "windows") signalGroup(this.#child.pid, "SIGKILL");
    await this.#keeper.release(this.#child.pid);
  }

  #collect(name: "stdout" | "stderr"): Output {
    const { onOutput, capture } = this.#command;
    return collect(this.#child[name], capture !== false, (bytes) => {
      if (this.#failure !== null) return;
      try {
        onOutput?.(bytes, name);
      } catch (thrown) {
        this.#failure = { thrown };
        this.#end();
      }
    });
  }
}

async function feed(child: Deno.ChildProcess, stdin: Uint8Array | string | undefined) {
  if (stdin === undefined) return;
  const writer = child.stdin.getWriter();
  try {
    await writer.write(typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin);
    await writer.close();
  } catch {
    // A program need not read what it is given.
  }
}

/** What a program writes on one of its streams. */
interface Output {
  readonly done: Promise<void>;
  /** How many have come. */
  chunks(): number;
  bytes(): Uint8Array;
  stop(): void;
}

function collect(
  stream: ReadableStream<Uint8Array>,
  capture: boolean,
  each: (bytes: Uint8Array) => void,
): Output {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let count = 0;
  const done = (async () => {
    for (;;) {
      const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true }));
      if (done || value === undefined) return;
      count++;
      if (capture) chunks.push(value);
      each(value);
    }
  })();
  return {
    done,
    chunks: () => count,
    bytes: () => joinChunks(chunks),
    stop: () => void reader.cancel().catch(() => {}),
  };
}

/** Resolves when all output of a program that has ended is there: when nothing has come for a while, since what holds
 * the pipe may never write to it, or when too much has come. */
async function drained(outputs: readonly Output[]): Promise<void> {
  let seen = -1;
  let looks = 0;
  const watch = setInterval(() => {
    const chunks = outputs.reduce((sum, output) => sum + output.chunks(), 0);
    if (chunks === seen || ++looks > LOOKS) outputs.forEach((output) => output.stop());
    seen = chunks;
  }, DRAIN);
  await Promise.all(outputs.map((output) => output.done));
  clearInterval(watch);
}
