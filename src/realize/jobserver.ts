/** Takes how many programs may run at once, lets all builds share that number: make's jobserver, a named pipe with one
 * byte for each job beside the one that every make has (GNU make manual, "POSIX Jobserver Interaction"). */
import { join } from "node:path/posix";
import { randomBytes } from "node:crypto";
import type { FileHandle, System } from "../system/mod.ts";
import { makeFolders } from "../system/folders.ts";

/** The descriptor on which a command finds the pipe: make 4.3 and older know no other way. */
export const JOBSERVER_FILE = 3;

const PATH = "/usr/bin:/bin";

type Needed = Pick<System, "fs" | "processes" | "host">;

interface Pipe {
  readonly path: string;
  readonly handle: FileHandle;
}

/** One for all builds of a `realize`. */
export class Jobserver {
  readonly #system: Needed;
  readonly #folder: string;
  #pipe: Promise<Pipe | null> | null = null;
  #users = 0;
  /** What MAKEFLAGS has to be. */
  readonly makeflags: string;

  /** The pipe is made in `folder`. */
  constructor(system: Needed, folder: string) {
    this.#system = system;
    this.#folder = folder;
    const jobs = `-j${system.host.processors}`;
    const pipes = system.host.os !== "windows" && this.#mkfifo() !== null;
    this.makeflags = pipes ? `${jobs} --jobserver-auth=${JOBSERVER_FILE},${JOBSERVER_FILE}` : jobs;
  }

  /** Runs a command with the pipe's path, or with null when the environment does not ask for it. A pipe lasts while
   * anybody uses it: what a make that was killed had taken from it is there again in the next one. */
  async use<T>(
    env: Readonly<Record<string, string>>,
    command: (pipe: string | null) => Promise<T>,
  ): Promise<T> {
    if (!env.MAKEFLAGS?.includes(`--jobserver-auth=${JOBSERVER_FILE},`)) return await command(null);
    this.#users++;
    try {
      this.#pipe ??= this.#open();
      return await command((await this.#pipe)?.path ?? null);
    } finally {
      if (--this.#users === 0) this.#close();
    }
  }

  #mkfifo(): string | null {
    return this.#system.processes.which("mkfifo", PATH);
  }

  async #open(): Promise<Pipe | null> {
    const { fs, host, processes } = this.#system;
    makeFolders(fs, this.#folder);
    const path = join(this.#folder, `.jobs-${randomBytes(8).toString("hex")}`);
    const argv = [this.#mkfifo() ?? "mkfifo", "-m", "600", path];
    const { code } = await processes.run({ argv, env: { PATH } });
    if (code !== 0) return null;
    // Whoever opens a pipe for writing alone waits for a reader.
    const handle = fs.append(path, 0o600);
    handle.write(new Uint8Array(Math.max(0, host.processors - 1)).fill("+".charCodeAt(0)));
    return { path, handle };
  }

  #close(): void {
    const pipe = this.#pipe;
    this.#pipe = null;
    pipe?.then((open) => {
      open?.handle.close();
      if (open) this.#system.fs.remove(open.path);
    }).catch(() => {});
  }
}
