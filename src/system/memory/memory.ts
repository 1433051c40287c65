/** A whole system in memory, for tests: a disk, a clock that stands still, programs that are functions. */
import { NO_ACCOUNTS } from "../accounts.ts";
import type { Clock } from "../clock.ts";
import type { Host } from "../host.ts";
import type { System } from "../mod.ts";
import type { Command, Finished } from "../processes.ts";
import { Disk } from "./disk.ts";
import { MemoryFs } from "./memory_fs.ts";
import type { User } from "./walk.ts";

/** A program: what it does, and its exit code. */
export type Program = (command: Command, fs: MemoryFs) => number;

export interface MemorySystem extends System {
  readonly fs: MemoryFs;
}

export interface MemoryOptions {
  readonly disk?: Disk;
  /** Root, unless another is given. */
  readonly user?: User;
  /** Absolute path → program. */
  readonly programs?: Readonly<Record<string, Program>>;
  readonly host?: Partial<Host>;
}

const TIME = "2026-01-02T03:04:05.000Z";

/** A system that nothing else knows of. It has no network. */
export function memorySystem(options: MemoryOptions = {}): MemorySystem {
  const { user = { uid: 0, gid: 0 }, programs = {} } = options;
  const disk = options.disk ?? new Disk({ now: () => Date.parse(TIME) / 1000 });
  const fs = new MemoryFs(disk, user);
  return {
    fs,
    processes: {
      run: (command) => Promise.resolve(finished(programs[command.argv[0]]?.(command, fs) ?? 127)),
      keeper: () => ({ kill: () => Promise.resolve() }),
      passesOnFiles: () => false,
      which: (program) => (program in programs ? program : null),
    },
    network: { send: ({ url }) => Promise.reject(new TypeError(`no network: ${url}`)) },
    clock: standing(),
    host: { ...hostOf(user), ...options.host },
  };
}

function finished(code: number): Finished {
  return { code, stdout: new Uint8Array(), stderr: new Uint8Array(), timedOut: false };
}

function standing(): Clock {
  return { now: () => new Date(TIME), monotonic: () => 0, sleep: () => Promise.resolve() };
}

function hostOf({ uid, gid }: User): Host {
  return {
    os: "linux",
    arch: "x86_64",
    hostname: "memory",
    username: uid === 0 ? "root" : "maria",
    uid,
    gid,
    elevated: uid === 0,
    administrator: uid === 0,
    home: uid === 0 ? "/root" : "/home/maria",
    accounts: NO_ACCOUNTS,
    cwd: "/",
    pid: 1,
    startOf: (pid) => pid === 1 ? "" : null,
    isInMemory: () => false,
    processors: 2,
    env: () => undefined,
  };
}
