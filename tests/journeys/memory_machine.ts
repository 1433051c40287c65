/** A machine in memory on which commands can be killed at any operation, and the next ones run. */
import { dirname } from "node:path/posix";
import { apply } from "../../src/journeys/apply.ts";
import type { BuildSettings } from "../../src/journeys/build.ts";
import type { EvaluationRequest } from "../../src/journeys/evaluate.ts";
import { UNDECIDED } from "../../src/journeys/propose.ts";
import { type Holding, holding } from "../../src/machine/lock.ts";
import { type Machine, openMachine } from "../../src/machine/open.ts";
import { makeFolders } from "../../src/system/folders.ts";
import type { Disk } from "../../src/system/memory/disk.ts";
import type { Program } from "../../src/system/memory/memory.ts";
import type { System } from "../../src/system/mod.ts";
import { lineOf } from "../support/memory.ts";
import { LINUX, type World, type WorldSystem } from "../support/worlds/world.ts";
import { EVALUATION } from "./evaluation.ts";

export const HOME = "/home/maria";
export const CONFIG = `${HOME}/dotfiles`;
const USER = { uid: 1000, gid: 1000 };
const { signal } = new AbortController();

/** `wreck` puts a folder with something in it where a file was, so that nothing can be put back, and fails. */
const shell: Program = ({ argv }, fs) => {
  const [, path] = /^wreck (\S+)$/.exec(lineOf(argv)) ?? [];
  if (path === undefined) return 1;
  fs.remove(path);
  fs.mkdir(path, 0o755);
  fs.mkdir(`${path}/in the way`, 0o755);
  for (const folder of [path, dirname(path)]) fs.syncDir(folder);
  return 1;
};

export const REPLACE_ALL = () =>
  Promise.resolve({ replace: "all" as const, skip: new Set<string>() });
export const UNASKED = {
  dryRun: false,
  decide: () => Promise.resolve(UNDECIDED),
  signal,
};

export class MemoryMachine {
  readonly system: WorldSystem;
  readonly home: string;
  readonly config: string;

  constructor(disk?: Disk, readonly world: World = LINUX) {
    this.home = world.home;
    this.config = `${world.home}/dotfiles`;
    const programs = { "/bin/sh": shell, "powershell.exe": shell };
    this.system = world.system({ disk: disk ?? emptyDisk(world), user: USER, programs });
  }

  /** The machine as it is now, as a new process finds it, or one on another disk. */
  again(disk = this.system.disk.copy()): MemoryMachine {
    return new MemoryMachine(disk, this.world);
  }

  /** The machine as a new process sees it, perhaps by a system that fails. */
  open(system: System = this.system): Machine {
    return openMachine(system, "0.0.0");
  }

  /** Does something as a command does: with the lock held, and what was interrupted undone first. */
  held<T>(
    mode: Holding["mode"],
    body: (machine: Machine) => Promise<T> | T,
    system: System = this.system,
  ): Promise<T> {
    const how = { command: "test", wait: true, signal, onWait: () => {}, onRecovery: () => {} };
    const machine = this.open(system);
    return holding(machine, { mode, ...how }, () => body(machine));
  }

  write(path: string, content: string, mode = 0o644): void {
    const { fs } = this.system;
    makeFolders(fs, dirname(path));
    if (fs.lstat(path) !== null) fs.remove(path);
    const file = fs.create(path, mode);
    file.write(new TextEncoder().encode(content));
    file.sync();
    file.close();
    fs.syncDir(dirname(path));
  }

  /** Writes into a file that is there, as a program that follows a link does. */
  writeThrough(path: string, content: string): void {
    const { fs } = this.system;
    const real = fs.realPath(path);
    fs.chmod(real, 0o644);
    const file = fs.append(real, 0o644);
    file.write(new TextEncoder().encode(content));
    file.sync();
    file.close();
  }

  /** Texts of all files below the home but for what sys.lua keeps itself. */
  texts(folder: string = this.home): string[] {
    const { fs } = this.system;
    return fs.readDir(folder).flatMap((name) => {
      const path = `${folder}/${name}`;
      if ([this.open().root, this.config].includes(path)) return [];
      const kind = fs.lstat(path)?.kind;
      if (kind === "dir") return this.texts(path);
      return kind === "file" ? [new TextDecoder().decode(fs.readFile(path))] : [];
    });
  }

  setup(body: string): void {
    this.write(`${this.config}/init.lua`, `return { setup = function()\n${body}\nend }\n`);
  }

  get evaluation(): EvaluationRequest {
    return { ...EVALUATION, path: this.config };
  }

  readonly build: BuildSettings = { jobs: 1, sandbox: "off", observer: () => {}, signal };

  /** Applies the config, with everything replaced that is in the way. */
  apply(system?: System) {
    return this.held("exclusive", (machine) =>
      apply(machine, {
        ...this.evaluation,
        decide: REPLACE_ALL,
        build: () => this.build,
        description: "apply",
      }), system);
  }
}

function emptyDisk(world: World): Disk {
  const { below, disk } = world.system();
  const config = `${world.home}/dotfiles`;
  makeFolders(below, config);
  if (below.holds.modes === "all") {
    for (const path of [world.home, config]) below.chown(path, USER.uid, USER.gid);
  }
  for (const path of ["/", dirname(world.home), world.home, config]) below.syncDir(path);
  disk.flushNames();
  return disk;
}
