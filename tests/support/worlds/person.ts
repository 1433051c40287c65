/** A person at a machine of a world: writes files, types commands of `sys`, and sees what is said. */
import { dirname } from "node:path/posix";
import { places } from "../../../src/platform/places.ts";
import type { Host } from "../../../src/system/host.ts";
import { run } from "../../../src/cli/run.ts";
import { makeFolders } from "../../../src/system/folders.ts";
import type { Disk } from "../../../src/system/memory/disk.ts";
import type { System } from "../../../src/system/mod.ts";
import { collected } from "../collected.ts";
import type { World, WorldSystem } from "./world.ts";

/** What a command gave. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Person {
  readonly system: WorldSystem;
  readonly home: string;

  constructor(readonly world: World, disk?: Disk) {
    this.system = world.system({ disk });
    this.home = world.home;
    makeFolders(this.system.fs, this.at("dotfiles"));
  }

  /** Absolute path of something in the home. */
  at(path: string): string {
    return `${this.home}/${path}`;
  }

  /** Where `sys` keeps its things. */
  get root(): string {
    return places(this.#host(this.system)).root;
  }

  /** Writes a file in the home as any program does: over what is there. */
  write(path: string, content: string, mode = 0o644): void {
    const { below } = this.system;
    const full = this.at(path);
    makeFolders(below, dirname(full));
    if (below.lstat(full) !== null) below.remove(full);
    const file = below.create(full, mode);
    file.write(new TextEncoder().encode(content));
    file.sync();
    file.close();
  }

  setup(body: string): void {
    this.write("dotfiles/init.lua", `return { setup = function()\n${body}\nend }\n`);
  }

  /** Text of a file in the home; null where none is. */
  read(path: string): string | null {
    const { fs } = this.system;
    return fs.lstat(this.at(path)) === null
      ? null
      : new TextDecoder().decode(fs.readFile(this.at(path)));
  }

  /** Types a command in the config's folder; of a process that may die. */
  async type(words: string, system: System = this.system): Promise<Said> {
    const console = collected();
    const program = {
      system: { ...system, host: this.#host(system) },
      ...{ console, version: "0", identity: null, stop: () => {} },
    };
    const code = await run(words.split(" "), program);
    return { code, stdout: console.stdout, stderr: console.stderr };
  }

  #host({ host }: System): Host {
    const env: Record<string, string> = this.world.os === "windows"
      ? { LOCALAPPDATA: "C:\\Users\\maria\\AppData\\Local", TEMP: "C:\\Temp" }
      : { PATH: "/usr/bin:/bin", SYSLUA_ROOT: `${this.home}/.local/share/syslua` };
    return { ...host, cwd: this.at("dotfiles"), env: (name) => env[name] };
  }
}
