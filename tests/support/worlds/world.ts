/** The systems on which the suites run, all of them in memory: a disk with the system's rules, behind the same port as
 * the system's own. */
import type { LinkSupport } from "../../../src/platform/links.ts";
import { type Fault, type FaultySystem, faultySystem } from "../../../src/system/faulty.ts";
import type { Host } from "../../../src/system/host.ts";
import { Disk } from "../../../src/system/memory/disk.ts";
import { MemoryFs } from "../../../src/system/memory/memory_fs.ts";
import { memorySystem, type Program } from "../../../src/system/memory/memory.ts";
import { RULES } from "../../../src/system/memory/rules.ts";
import type { User } from "../../../src/system/memory/walk.ts";
import type { System } from "../../../src/system/mod.ts";
import type { NativeFs } from "../../../src/system/native_fs.ts";
import { RealFs } from "../../../src/system/real_fs.ts";
import { windowsFs } from "../../../src/system/windows/windows_fs.ts";
import { shell } from "../memory.ts";
import { faultyCalls } from "./faulty_calls.ts";
import { emptyDrive, WindowsCalls, type WindowsWorld } from "./windows_calls.ts";

/** A system of a world, with what lies below its port. */
export interface WorldSystem extends System {
  readonly disk: Disk;
  /** The same disk without a port before it: what other programs see. */
  readonly below: MemoryFs;
  /** Milliseconds for which the port has waited. */
  readonly waited: () => number;
  /** What can be linked. */
  readonly links: LinkSupport;
  /** The same system with a fault: on Windows between two calls of the runtime's, too. */
  faulty(fault: Fault): FaultySystem;
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

export const LINUX: World = {
  name: "linux",
  os: "linux",
  home: "/home/maria",
  has: { ...POSIX_HAS, twoCases: true },
  system: (options = {}) => posix(options, "linux", "/home/maria"),
};

/** APFS as macOS makes it: case is kept and ignored, composed and decomposed characters are the same, and names come back
 * as they were made (Apple, "Apple File System Guide": case-insensitive, normalization-insensitive, preserving). */
const MAC: World = {
  name: "macOS",
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
    system({ disk = emptyDrive(now), programs = PROGRAMS } = {}) {
      const memory = memorySystem({ disk, programs });
      const below = memory.fs;
      let waited = 0;
      const portTo = (calls: NativeFs): System => {
        const pause = (ms: number) => void (waited += ms);
        const port = windowsFs(calls, { aside: "/c/Temp/aside", pause });
        const fs = new RealFs({ calls: port, os: "windows", uid: null });
        const facts = { os: "windows", username: "maria", elevated: false, home } as const;
        return { ...memory, fs, host: { ...memory.host, ...facts, cwd: home } };
      };
      const calls = new WindowsCalls(disk, world);
      const can: LinkSupport = links ? "everything" : "folders";
      const faulty = (fault: Fault) => {
        const dying = faultyCalls(new WindowsCalls(disk, world), fault);
        return { system: portTo(dying.calls), operations: dying.operations };
      };
      return { ...portTo(calls), disk, below, waited: () => waited, links: can, calls, faulty };
    },
  };
}

/** What programs there are, unless others are given. */
const PROGRAMS: Readonly<Record<string, Program>> = {
  "/bin/sh": shell,
  "powershell.exe": shell,
};

export const WORLDS: readonly World[] = [
  LINUX,
  MAC,
  windows("windows", {}),
  windows("windows with Developer Mode", { developerMode: true }),
  windows("windows with a scanner", { developerMode: true, scanner: 7 }),
];

function posix(
  { disk, programs = PROGRAMS, user }: WorldOptions,
  os: "linux" | "darwin",
  home: string,
) {
  const made = disk ?? emptyDisk(os, home);
  const memory = memorySystem({ disk: made, programs, user });
  const host = { ...memory.host, os, home, cwd: home };
  const can: LinkSupport = "everything";
  const faulty = (fault: Fault) => faultySystem({ ...memory, host }, fault);
  return { ...memory, host, disk: made, below: memory.fs, waited: () => 0, links: can, faulty };
}

function emptyDisk(os: "linux" | "darwin", home: string): Disk {
  const disk = new Disk({ rules: RULES[os], now });
  const fs = new MemoryFs(disk, { uid: 0, gid: 0 });
  const [, above] = home.split("/");
  for (const path of [`/${above}`, home]) fs.mkdir(path, 0o755);
  for (const path of ["/", `/${above}`]) fs.syncDir(path);
  // The system's volume is read-only since macOS 10.15 (Apple, "About the read-only system volume").
  disk.sealedRoot = os === "darwin";
  return disk;
}

function now(): number {
  return Date.parse("2026-01-02T03:04:05.000Z") / 1000;
}

/** How the names of a suite's tests begin: `windows: crash`, `crash, two disks` for what is no system of its own. */
export function titleIn(world: string, suite: string): string {
  return /^(macOS|windows)/.test(world) ? `${world}: ${suite}` : `${suite}, ${world}`;
}
