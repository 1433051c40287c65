/** Who holds the lock of a store: one file for each holder, `<root>/lock.d/<pid>-<random>`, JSON as in `Holder`. It is
 * there for a part of the time in which the lock is held, never longer, except after a death: the file of one that was
 * killed does not count, and gc removes it. */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import type { System } from "../system/mod.ts";
import { FsError } from "../system/fs.ts";

/** How a lock is held. */
export type LockMode = "shared" | "exclusive";

/** Who holds a lock. */
export interface Holder {
  /** As it was typed: `sys apply`. */
  readonly command: string;
  readonly mode: LockMode;
  readonly pid: number;
  /** Tells it from others that had the number before or after. */
  readonly start: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** The files of this process whose locks it holds: a file may stay that could not be removed. */
const own = new Set<string>();

/** Writes who holds the lock; gives what removes it. Where that can't be written the lock is as good. */
export function signUp(
  { fs, host, clock }: Pick<System, "fs" | "host" | "clock">,
  root: string,
  { command, mode }: Pick<Holder, "command" | "mode">,
): () => void {
  const folder = `${root}/lock.d`;
  const { pid } = host;
  const name = `${pid}-${randomBytes(6).toString("hex")}`;
  const path = `${folder}/${name}`;
  const start = host.startOf(pid) ?? "";
  const holder: Holder = { command, mode, pid, start, since: clock.now().toISOString() };
  const signOff = () => {
    own.delete(name);
    if (fs.lstat(path) !== null) fs.remove(path);
  };
  try {
    if (fs.lstat(folder) === null) fs.mkdir(folder, 0o755);
    const file = fs.create(path, 0o644);
    own.add(name);
    try {
      file.write(Buffer.from(JSON.stringify(holder)));
    } finally {
      file.close();
    }
  } catch (thrown) {
    // A full disk takes names without content: the file is removed with the lock.
    if (!(thrown instanceof FsError)) throw thrown;
  }
  return signOff;
}

/** Who holds the lock of a store, as far as is known. */
export function holdersOf({ fs, host }: Pick<System, "fs" | "host">, root: string): Holder[] {
  const folder = `${root}/lock.d`;
  if (fs.lstat(folder) === null) return [];
  return fs.readDir(folder).flatMap((name) => {
    try {
      const found = JSON.parse(Buffer.from(fs.readFile(`${folder}/${name}`)).toString());
      if (!isHolder(found)) return [];
      const lives = found.pid === host.pid
        ? own.has(name)
        : host.startOf(found.pid) === found.start;
      return lives ? [found] : [];
    } catch {
      // It has gone meanwhile, or is being written.
      return [];
    }
  });
}

/** Those that keep others from a lock. */
export function rivalsOf(system: Pick<System, "fs" | "host">, root: string, mode: LockMode) {
  return holdersOf(system, root).filter((it) => mode === "exclusive" || it.mode === "exclusive");
}

function isHolder(found: unknown): found is Holder {
  const holder = found as Holder | null;
  return typeof holder === "object" && holder !== null && typeof holder.command === "string" &&
    typeof holder.pid === "number" && typeof holder.since === "string" &&
    typeof holder.start === "string" && (holder.mode === "shared" || holder.mode === "exclusive");
}
