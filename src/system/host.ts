/** Facts about the machine and the user, as a port. Its folders are inside paths, its variables are as they are
 * (`native_path.ts`). */
import type { Accounts } from "./accounts.ts";

/** Operating systems that sys.lua knows. */
export type Os = "linux" | "darwin" | "windows";
/** Processors that sys.lua knows. */
export type Arch = "x86_64" | "aarch64" | "arm";

export interface Host {
  readonly os: Os;
  readonly arch: Arch;
  readonly hostname: string;
  /** Of the user that the process runs as, whatever the environment says. */
  readonly username: string;
  /** Numeric user and group; 0 on Windows. */
  readonly uid: number;
  readonly gid: number;
  /** Root, for whom the machine itself is; never on Windows, where an administrator is a user among others. */
  readonly elevated: boolean;
  /** Whether it may do now what only root, or an administrator of Windows, may. */
  readonly administrator: boolean;
  /** The user's home folder; root's own, whoever has called sudo. */
  readonly home: string;
  /** Users and groups that the system knows beside those in its files. */
  readonly accounts: Accounts;
  /** Folder that the command was started in. */
  readonly cwd: string;
  readonly pid: number;
  /** What tells a running process from an earlier one with its number, "" where the system doesn't say; null when none
   * has it. */
  startOf(pid: number): string | null;
  /** Whether what a path leads to is on a file system in memory; false where the system does not tell. */
  isInMemory(path: string): boolean;
  /** How many processors it has. */
  readonly processors: number;
  /** An environment variable of the user's; undefined where unset. */
  env(name: string): string | undefined;
}
