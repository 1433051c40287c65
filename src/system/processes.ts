/** Other programs, as a port. */

/** What to run. */
export interface Command {
  /** Program and arguments; the program is looked up on the command's own PATH. */
  readonly argv: readonly string[];
  readonly cwd?: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Given on standard input, which is empty otherwise. */
  readonly stdin?: Uint8Array | string;
  /** Called with each chunk of stdout or stderr as it comes. */
  readonly onOutput?: (bytes: Uint8Array, stream: "stdout" | "stderr") => void;
  /** Milliseconds, after which the whole process group is killed. */
  readonly timeout?: number;
  /** Ends the whole process group when it fires. */
  readonly signal?: AbortSignal;
}

/** How it ended. */
export interface Finished {
  /** Exit code; 128 + signal when it was killed. */
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly timedOut: boolean;
}

/** Runs programs, each in a process group of its own that dies as a whole. */
export interface Processes {
  run(command: Command): Promise<Finished>;
  /** Absolute path of a program on `path` (colon separated), or null. */
  which(program: string, path?: string): string | null;
}
