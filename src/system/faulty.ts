/** Worlds that fail on purpose: a machine that dies at a given operation, a disk that is full. */
import {
  CHANGES,
  type FileHandle,
  type FileOwner,
  type FileSystem,
  type FsCode,
  FsError,
  LOOKS,
  type OpenFile,
} from "./fs.ts";
import type { System } from "./mod.ts";
import type { Command, Finished } from "./processes.ts";

/** Thrown by every call from the moment that the machine "died": what comes after never happened. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/** What happens at the chosen operation. */
export interface Fault {
  /** Counted from 1, over all operations that change something. */
  readonly at: number;
  /** `before`: the operation does not happen. `after`: it happens, and nothing else does. */
  readonly when: "before" | "after";
  /** Fails this one (and, with `for_good`, all later ones) with an error of the system's instead of dying. */
  readonly code?: FsCode;
  readonly for_good?: boolean;
}

/** A system together with the number of changing operations seen so far. */
export interface FaultySystem {
  readonly system: System;
  operations(): number;
}

/** Flushing changes nothing that can be seen, but the machine may die at it. */
const OPERATIONS = [...CHANGES, "syncDir", "syncAll"] as const;

/** Wraps a system so that the fault strikes. With `at: 0` nothing ever fails, and operations are counted. */
export function faultySystem(inner: System, fault: Fault): FaultySystem {
  let count = 0;
  let dead = false;
  const alive = () => {
    if (dead) throw new Crash("the machine is off");
  };
  const change = <T>(doing: string, path: string, action: () => T): T => {
    alive();
    count++;
    const strikes = fault.at > 0 &&
      (count === fault.at || (fault.for_good === true && count > fault.at));
    if (!strikes) return action();
    if (fault.code !== undefined) throw new FsError(doing, path, fault.code);
    if (fault.when === "before") {
      dead = true;
      throw new Crash(`died before operation ${count}: ${doing} ${path}`);
    }
    action();
    dead = true;
    throw new Crash(`died after operation ${count}: ${doing} ${path}`);
  };

  const handle = (file: FileHandle, path: string): FileHandle => ({
    read: (buffer) => (alive(), file.read(buffer)),
    seek: (position) => (alive(), file.seek(position)),
    write: (bytes) => change("write", path, () => file.write(bytes)),
    sync: () => change("flush", path, () => file.sync()),
    close: () => file.close(),
  });
  const itself = (file: OpenFile, path: string): OpenFile => ({
    ...handle(file, path),
    info: () => (alive(), file.info()),
    chmod: (mode) => change("chmod", path, () => file.chmod(mode)),
    chown: (uid, gid) => change("chown", path, () => file.chown(uid, gid)),
    utime: (seconds) => change("utime", path, () => file.utime(seconds)),
  });
  const faultyFs = (inner: FileSystem): FileSystem => {
    const fs = Object.create(inner) as Record<string, unknown>;
    for (const name of LOOKS) {
      fs[name] = (...args: unknown[]) => {
        alive();
        // deno-lint-ignore no-explicit-any
        const result = (inner[name] as any)(...args);
        return name === "openItself" ? itself(result, String(args[0])) : result;
      };
    }
    for (const name of OPERATIONS) {
      fs[name] = (...args: unknown[]) => {
        const path = String(
          name === "rename" || name === "symlink" || name === "link" ? args[1] : args[0],
        );
        return change(name, path, () => {
          // deno-lint-ignore no-explicit-any
          const result = (inner[name] as any)(...args);
          return name === "create"
            ? itself(result, path)
            : name === "append"
            ? handle(result, path)
            : result;
        });
      };
    }
    fs.lock = (path: string, mode: "shared" | "exclusive") => {
      alive();
      return inner.lock(path, mode);
    };
    fs.canSyncAll = (path: string) => (alive(), inner.canSyncAll(path));
    fs.dismiss = () => inner.dismiss();
    fs.as = async (owner: FileOwner) => (alive(), faultyFs(await inner.as(owner)));
    return fs as unknown as FileSystem;
  };
  const processes = {
    run: async (command: Command): Promise<Finished> => {
      let finished: Promise<Finished> | undefined;
      try {
        return await change("run", command.argv.join(" "), () => {
          finished = inner.processes.run(command);
          return finished;
        });
      } catch (thrown) {
        // A crash "after" means that the program has run to its end.
        await finished?.catch(() => {});
        throw thrown;
      }
    },
    keeper: (markers: readonly string[]) => inner.processes.keeper(markers),
    passesOnFiles: () => inner.processes.passesOnFiles(),
    which: (program: string, path?: string) => (alive(), inner.processes.which(program, path)),
  };
  return {
    system: { ...inner, fs: faultyFs(inner.fs), processes },
    operations: () => count,
  };
}
