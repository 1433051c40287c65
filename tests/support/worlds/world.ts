/** The systems on which the suites run, all of them in memory: a disk with the system's rules, behind the same port as
 * the system's own. */
import type { Host } from "../../../src/system/host.ts";
import { Disk } from "../../../src/system/memory/disk.ts";
import { MemoryFs } from "../../../src/system/memory/memory_fs.ts";
import { memorySystem, type Program } from "../../../src/system/memory/memory.ts";
import { RULES } from "../../../src/system/memory/rules.ts";
import type { User } from "../../../src/system/memory/walk.ts";
import type { System } from "../../../src/system/mod.ts";
import { RealFs } from "../../../src/system/real_fs.ts";
import { windowsFs } from "../../../src/system/windows/windows_fs.ts";
import { emptyDrive, WindowsCalls, type WindowsWorld } from "./windows_calls.ts";

/** A system of a world, with what lies below its port. */
export interface WorldSystem extends System {
  readonly disk: Disk;
  /** The same disk without a port before it: what other programs see. */
  readonly below: MemoryFs;
  /** Milliseconds for which the port has waited. */
  readonly waited: () => number;
  /** Only on Windows. */
  readonly calls?: WindowsCalls;
}

export interface WorldOptions {
  readonly disk?: Disk;
  readonly programs?: Readonly<Record<string, Program>>;
  readonly user?: User;
}

export interface World {
  readonly name: string;
  readonly os: Host["os"];
  /** A folder of the user's, which is there. */
  readonly home: string;
  /** What its file systems can hold, as tests have to know it. */
  readonly has: {
    readonly fileLinks: boolean;
    /** Relative links to folders stay relative. */
    readonly relativeLinks: boolean;
    readonly modes: boolean;
    /** `a` and `A` are two names. */
    readonly twoCases: boolean;
    /** A rename over another name of the same file does nothing, as POSIX says. */
    readonly twins: boolean;
  };
  system(options?: WorldOptions): WorldSystem;
}

const POSIX_HAS = { fileLinks: true, relativeLinks: true, modes: true, twins: true };

const LINUX: World = {
  name: "linux",
  os: "linux",
  home: "/home/maria",
  has: { ...POSIX_HAS, twoCases: true },
  system: (options = {}) => posix(options, "linux", "/home/maria"),
};

const MAC: World = {
  name: "mac",
  os: "darwin",
  home: "/Users/maria",
  has: { ...POSIX_HAS, twoCases: false },
  system: (options = {}) => posix(options, "darwin", "/Users/maria"),
};

function windows(name: string, world: WindowsWorld): World {
  const home = "/c/Users/maria";
  const links = world.developerMode ?? false;
  return {
    name,
    os: "windows",
    home,
    has: {
      fileLinks: links,
      relativeLinks: links,
      modes: false,
      twoCases: false,
      twins: false,
    },
    system({ disk = emptyDrive(now), programs } = {}) {
      const memory = memorySystem({ disk, programs });
      const calls = new WindowsCalls(disk, world);
      let waited = 0;
      const port = windowsFs(calls, { aside: `${home}/aside`, pause: (ms) => void (waited += ms) });
      const fs = new RealFs({ calls: port, os: "windows", uid: null });
      const facts = { os: "windows", username: "maria", elevated: false, home, cwd: home } as const;
      const host = { ...memory.host, ...facts };
      return { ...memory, fs, host, disk, below: memory.fs, waited: () => waited, calls };
    },
  };
}

export const WORLDS: readonly World[] = [
  LINUX,
  MAC,
  windows("windows", {}),
  windows("windows with Developer Mode", { developerMode: true }),
  windows("windows with a scanner", { developerMode: true, scanner: 7 }),
];

function posix({ disk, programs, user }: WorldOptions, os: "linux" | "darwin", home: string) {
  const made = disk ?? emptyDisk(os, home);
  const memory = memorySystem({ disk: made, programs, user });
  const host = { ...memory.host, os, home, cwd: home };
  return { ...memory, host, disk: made, below: memory.fs, waited: () => 0 };
}

function emptyDisk(os: "linux" | "darwin", home: string): Disk {
  const disk = new Disk({ rules: RULES[os], now });
  const fs = new MemoryFs(disk, { uid: 0, gid: 0 });
  const [, above] = home.split("/");
  for (const path of [`/${above}`, home]) fs.mkdir(path, 0o755);
  for (const path of ["/", `/${above}`]) fs.syncDir(path);
  return disk;
}

function now(): number {
  return Date.parse("2026-01-02T03:04:05.000Z") / 1000;
}
