/** A machine in memory on which commands can be killed at any operation, and the next ones run. */
import { dirname } from "node:path";
import { apply } from "../../src/journeys/apply.ts";
import type { BuildSettings } from "../../src/journeys/build.ts";
import type { EvaluationRequest } from "../../src/journeys/evaluate.ts";
import { UNDECIDED } from "../../src/journeys/propose.ts";
import { type Holding, holding } from "../../src/machine/lock.ts";
import { type Machine, openMachine } from "../../src/machine/open.ts";
import { makeFolders } from "../../src/system/folders.ts";
import type { Disk } from "../../src/system/memory/disk.ts";
import { type MemorySystem, memorySystem, type Program } from "../../src/system/memory/memory.ts";
import type { System } from "../../src/system/mod.ts";

export const HOME = "/home/maria";
export const CONFIG = `${HOME}/dotfiles`;
const USER = { uid: 1000, gid: 1000 };
const { signal } = new AbortController();

/** `wreck` puts a folder with something in it where a file was, so that nothing can be put back, and fails. */
const shell: Program = ({ argv }, fs) => {
  const [, path] = /^wreck (\S+)$/.exec(argv.at(-1)!) ?? [];
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
  readonly system: MemorySystem;

  constructor(disk?: Disk) {
    if (disk === undefined) disk = emptyDisk();
    this.system = memorySystem({ disk, user: USER, programs: { "/bin/sh": shell } });
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
  texts(folder: string = HOME): string[] {
    const { fs } = this.system;
    return fs.readDir(folder).flatMap((name) => {
      const path = `${folder}/${name}`;
      if ([this.open().root, CONFIG].includes(path)) return [];
      const kind = fs.lstat(path)?.kind;
      if (kind === "dir") return this.texts(path);
      return kind === "file" ? [new TextDecoder().decode(fs.readFile(path))] : [];
    });
  }

  setup(body: string): void {
    this.write(`${CONFIG}/init.lua`, `return { setup = function()\n${body}\nend }\n`);
  }

  readonly evaluation: EvaluationRequest = {
    path: CONFIG,
    limits: { seconds: 20, mebibytes: 256 },
    frozen: false,
    program: "this one",
    writeLock: true,
    onFetch: () => {},
    onPrint: () => {},
    signal,
  };

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

function emptyDisk(): Disk {
  const { fs } = memorySystem();
  makeFolders(fs, CONFIG);
  for (const path of [HOME, CONFIG]) fs.chown(path, USER.uid, USER.gid);
  for (const path of ["/", "/home", HOME, CONFIG]) fs.syncDir(path);
  return fs.disk;
}
