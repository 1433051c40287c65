/** Programs of this machine, each in a process group of its own. */
import { delimiter, isAbsolute, join } from "node:path";
import { SysError } from "../errors.ts";
import type { Command, Finished, Processes } from "./processes.ts";

/** How long output may still come after the program itself has ended, in milliseconds: a child that it left
 * behind may hold the pipe open for ever. */
const DRAIN = 300;

/** Runs programs for real. */
export class RealProcesses implements Processes {
  async run(command: Command): Promise<Finished> {
    const [name, ...args] = command.argv;
    const program = isAbsolute(name) || name.includes("/")
      ? name
      : this.which(name, command.env.PATH ?? "");
    if (program === null) {
      throw new SysError("io", `Cannot run ${name}: there is no such program on its PATH`);
    }
    if (command.signal?.aborted) throw new SysError("interrupted", `Did not run ${name}`);
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command(program, {
        args,
        cwd: command.cwd,
        env: { ...command.env },
        clearEnv: true,
        stdin: command.stdin === undefined ? "null" : "piped",
        stdout: "piped",
        stderr: "piped",
        detached: true,
      }).spawn();
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new SysError("io", `Cannot run ${program}: ${reason}`, { cause: thrown });
    }
    return await this.#follow(child, command);
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

  async #follow(child: Deno.ChildProcess, command: Command): Promise<Finished> {
    const kill = () => killGroup(child.pid);
    let timedOut = false;
    const timer = command.timeout === undefined ? undefined : setTimeout(() => {
      timedOut = true;
      kill();
    }, command.timeout);
    command.signal?.addEventListener("abort", kill, { once: true });
    try {
      const streams = [
        collect(child.stdout, (bytes) => command.onOutput?.(bytes, "stdout")),
        collect(child.stderr, (bytes) => command.onOutput?.(bytes, "stderr")),
      ];
      const fed = feed(child, command.stdin);
      const status = await child.status;
      // Whatever the program started and left behind ends with it.
      kill();
      await fed;
      const drained = Promise.all(streams.map((stream) => stream.done));
      const late = setTimeout(() => streams.forEach((stream) => stream.stop()), DRAIN);
      await drained;
      clearTimeout(late);
      return {
        code: status.code,
        stdout: streams[0].bytes(),
        stderr: streams[1].bytes(),
        timedOut,
      };
    } finally {
      clearTimeout(timer);
      command.signal?.removeEventListener("abort", kill);
    }
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

/** Ends a whole process group; one that is gone already is fine. */
function killGroup(pid: number) {
  try {
    Deno.kill(Deno.build.os === "windows" ? pid : -pid, "SIGKILL");
  } catch {
    // Nothing is left of it.
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

function collect(stream: ReadableStream<Uint8Array>, each: (bytes: Uint8Array) => void) {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  const done = (async () => {
    for (;;) {
      const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true }));
      if (done || value === undefined) return;
      chunks.push(value);
      each(value);
    }
  })();
  const bytes = () => {
    const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  };
  return { done, bytes, stop: () => void reader.cancel().catch(() => {}) };
}
