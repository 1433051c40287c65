/** A machine in memory with a person who has a key, rules for new files, a file of secrets, and memory to edit in. */
import type { Disk } from "../../../src/system/memory/disk.ts";
import { type MemorySystem, memorySystem } from "../../../src/system/memory/memory.ts";
import { NAMES } from "../../../src/system/memory/survivors.ts";
import type { Command, Finished, System } from "../../../src/system/mod.ts";
import { makeFolders } from "../../../src/system/folders.ts";
import { rulesText } from "../../../src/secrets/rules.ts";
import { encryptNew } from "../../../src/secrets/secret_file.ts";
import { showSecrets } from "../../../src/journeys/secrets/show.ts";
import { bytes, format, RECIPIENT, sealerFor, SECRET, text, TIME } from "../../secrets/support.ts";

export const FILE = "/work/secrets.yaml";
export const PLAIN = "a: hunter2\nb: other\n";

export async function machine(): Promise<MemorySystem> {
  const system = on();
  const { fs } = system;
  makeFolders(fs, "/work");
  makeFolders(fs, "/dev/shm", 0o1777);
  put(system, "/work/.sops.yaml", bytes(rulesText([RECIPIENT])));
  const tree = format("yaml").parse(bytes(PLAIN));
  put(system, FILE, await encryptNew("yaml", tree, sealerFor(RECIPIENT), TIME), 0o640);
  fs.disk.powerCut(NAMES);
  return on(fs.disk);
}

/** The same machine, with its disk as it is, or another one. */
export function on(disk?: Disk): MemorySystem {
  const system = memorySystem({
    disk,
    host: {
      cwd: "/work",
      env: (name) => name === "SOPS_AGE_KEY" ? SECRET : undefined,
      isInMemory: (path) => path === "/dev/shm",
    },
  });
  return {
    ...system,
    processes: { ...system.processes, run: (command) => shell(system, command) },
  };
}

/** `cat` from and to a file. */
export function shell(system: System, { argv, stdin }: Command): Promise<Finished> {
  const [, , line, , path] = argv;
  if (line.includes(">")) put(system, path, stdin as Uint8Array, 0o600);
  const stdout = line.includes(">") ? new Uint8Array(0) : system.fs.readFile(path);
  return Promise.resolve({ code: 0, stdout, stderr: new Uint8Array(0), timedOut: false });
}

export function put(
  { fs }: Pick<System, "fs">,
  path: string,
  content: Uint8Array,
  mode = 0o644,
): void {
  if (fs.lstat(path) !== null) fs.remove(path);
  const file = fs.create(path, mode);
  file.write(content);
  file.sync();
  file.close();
}

/** What the file holds. */
export async function held(system: System, path: string = FILE): Promise<string> {
  const { signal } = new AbortController();
  return text((await showSecrets(system, path, { signal })).bytes);
}

/** An editor that does something with the file that it is given. */
export function editor(edit: (path: string) => number | void) {
  return {
    signal: new AbortController().signal,
    lend: (argv: readonly string[]) => Promise.resolve(edit(argv.at(-1)!) ?? 0),
    again: () => Promise.resolve(false),
  };
}
