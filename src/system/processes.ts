/** Other programs, as a port. */

/** What to run. */
export interface Command {
  /** Program and arguments; the program is looked up on the command's own PATH. */
  readonly argv: readonly string[];
  readonly cwd?: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Permissions that the files it makes do not get; those that files of sys do not get, unless given. */
  readonly umask?: number;
  /** Name of a variable in `env` whose value no other program has. What leaves the process group is known by it, and
   * is killed too when the program is ended or sys dies. */
  readonly marker?: string;
  /** What sees to its end when sys dies, instead of one of its own; it has a marker itself where it needs one. */
  readonly keeper?: Keeper;
  /** Given on standard input, which is empty otherwise. */
  readonly stdin?: Uint8Array | string;
  /** Called with each chunk of stdout or stderr as it comes; the chunk may be kept. What it throws ends the program
   * and is thrown by `run`. */
  readonly onOutput?: (bytes: Uint8Array, stream: "stdout" | "stderr") => void;
  /** False: output goes to `onOutput` only, and what `run` gives of it is empty. */
  readonly capture?: boolean;
  /** Milliseconds, after which the program is ended. */
  readonly timeout?: number;
  /** Ends the program when it fires. */
  readonly signal?: AbortSignal;
  /** Milliseconds between SIGTERM and SIGKILL when the program is ended; 5000 unless given. */
  readonly grace?: number;
}

/** Ends programs when sys dies, each with all that it started. For many that run one after the other. */
export interface Keeper {
  /** Kills what is left of them. Others may follow. */
  kill(): Promise<void>;
}

/** How it ended. */
export interface Finished {
  /** Exit code; 128 + signal when it was killed. */
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly timedOut: boolean;
}

/** Runs programs, each in a process group of its own that dies as a whole, and with sys at the latest. */
export interface Processes {
  run(command: Command): Promise<Finished>;
  /** To be told to kill when none of its programs run. `markers`: texts (`NAME=value`, or a part of it) that no other
   * programs have in their environment. What leaves their process groups is known by them, and is killed too when one
   * of the programs is ended or sys dies. */
  keeper(markers: readonly string[]): Keeper;
  /** Whether programs get open files from whoever called sys, beyond the three standard ones. */
  passesOnFiles(): boolean;
  /** Absolute path of a program on `path` (colon separated), or null. */
  which(program: string, path?: string): string | null;
}
