/** Programs of this machine, each in a process group of its own. */
import { joinChunks } from "./contents.ts";
import { delimiter, isAbsolute, join } from "node:path";
import { SysError } from "../errors.ts";
import { RealKeeper } from "./guard.ts";
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

/** Runs programs for real. */
export class RealProcesses implements Processes {
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
      child = start(program, command);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new SysError("io", `Cannot run ${program}: ${reason}`, { cause: thrown });
    }
    return await new Running(child, keeper, command).finished();
  }

  #find({ argv: [name], env }: Command): string {
    if (isAbsolute(name) || name.includes("/")) return name;
    const program = this.which(name, env.PATH ?? "");
    if (program !== null) return program;
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
    const endings = Deno.build.os === "windows" ? [".exe", ".cmd", ".bat", ""] : [""];
    for (const folder of path.split(delimiter)) {
      if (!isAbsolute(folder)) continue;
      for (const ending of endings) {
        const candidate = join(folder, program + ending);
        if (isProgram(candidate)) return candidate;
      }
    }
    return null;
  }
}

function start(program: string, { argv, cwd, env, stdin, umask }: Command): Deno.ChildProcess {
  const command = new Deno.Command(program, {
    args: argv.slice(1),
    cwd,
    env: { ...env },
    clearEnv: true,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  });
  if (umask === undefined || Deno.build.os === "windows") return command.spawn();
  // A program gets that of whoever starts it.
  return withUmask(umask, () => command.spawn());
}

/** One program, from its start to the end of all that it started. */
class Running {
  readonly #child: Deno.ChildProcess;
  readonly #keeper: RealKeeper;
  readonly #command: Command;
  /** Set when the program is being ended rather than ending by itself; resolves when it has ended. */
  #ending: Promise<void> | null = null;
  #timedOut = false;
  #failure: { readonly thrown: unknown } | null = null;

  constructor(child: Deno.ChildProcess, keeper: RealKeeper, command: Command) {
    this.#child = child;
    this.#keeper = keeper;
    this.#command = command;
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
    this.#ending ??= this.#endGroup();
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
    signalGroup(this.#child.pid, "SIGKILL");
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

function isProgram(path: string): boolean {
  try {
    const info = Deno.statSync(path);
    return info.isFile && (Deno.build.os === "windows" || ((info.mode ?? 0) & 0o111) !== 0);
  } catch {
    return false;
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
