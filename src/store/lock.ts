/** Takes a store's root, gives a lock on it that ends with the process at the latest.
 *
 * The lock itself is the operating system's, on `<root>/lock`. Who holds it is written beside, for people: one
 * file for each holder, `<root>/lock.d/<pid>-<random>`, JSON as in `Holder`. The file of one
 * that was killed is ignored, and removed by gc. */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { SysError } from "../errors.ts";
import { orAbort } from "../system/abortable_lock.ts";
import type { System } from "../system/mod.ts";
import { type FileLock, FsError } from "../system/fs.ts";
import { StoreWriter } from "./store_writer.ts";
import { storing } from "./write_atomic.ts";

/** Who holds a lock. */
export interface Holder {
  /** As it was typed: `sys apply`. */
  readonly command: string;
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly since: string;
}

export interface LockOptions {
  /** Wait until it is free; otherwise fail at once. */
  readonly wait: boolean;
  /** What to tell others. */
  readonly command: string;
  /** Called once when there is something to wait for, with the holders that are known. */
  readonly onWait?: (holders: readonly Holder[]) => void;
  /** The store is for all users. */
  readonly shared?: boolean;
  /** The root is made where there is none: for who will add to it under a shared lock. Without that lock gc, which
   * makes the root too, would take what is being added for garbage. */
  readonly creates?: boolean;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** A lock that is held. */
export interface RootLock {
  release(): void;
}

/**
 * Locks a store. Exclusive: whoever changes what is current or removes things. Shared: whoever reads or only adds.
 * A store that does not exist needs no shared lock to be read, and one on a disk that can't be written needs none at
 * all: nobody changes it.
 * @throws SysError of kind "locked" when it is held and `wait` is false; the signal's reason
 */
export async function lockRoot(
  system: Pick<System, "fs" | "host" | "clock">,
  root: string,
  mode: "shared" | "exclusive",
  options: LockOptions,
): Promise<RootLock> {
  const { fs } = system;
  const path = `${root}/lock`;
  let lock: FileLock;
  for (;;) {
    if (fs.lstat(root) === null) {
      if (mode === "shared" && !options.creates) return { release: () => {} };
      storing(() => new StoreWriter(system, root, options.shared ?? false).prepareRoot());
    }
    const before = fs.lstat(path)?.ino;
    lock = await acquire(system, root, mode, options);
    const now = fs.lstat(path)?.ino;
    // Where nothing can be written there may be no lock file, and shared locks need none.
    if (now === undefined && before === undefined && mode === "shared") break;
    if (now !== undefined && (before === undefined || now === before)) break;
    // The whole root was deleted meanwhile: a lock on a file that is gone keeps nobody out.
    lock.release();
  }
  const sign = signUp(system, root, options.command);
  const held = lock;
  let released = false;
  return {
    release: () => {
      if (released) return;
      released = true;
      try {
        if (sign !== null && fs.lstat(sign) !== null) fs.remove(sign);
      } finally {
        held.release();
      }
    },
  };
}

/** Waits for the lock file, if that is wanted. */
async function acquire(
  system: Pick<System, "fs" | "host">,
  root: string,
  mode: "shared" | "exclusive",
  options: LockOptions,
): Promise<FileLock> {
  const { fs } = system;
  const path = `${root}/lock`;
  let lock: FileLock | null;
  try {
    lock = await fs.lock(path, mode, false);
  } catch (thrown) {
    const unwritable = thrown instanceof FsError && thrown.code === "EROFS";
    if (mode === "shared" && unwritable) return { release: () => {} };
    throw thrown;
  }
  if (lock !== null) return lock;
  const holders = holdersOf(system, root);
  if (!options.wait) throw locked(holders);
  options.onWait?.(holders);
  const signal = options.signal ?? new AbortController().signal;
  return await orAbort(() => fs.lock(path, mode, true), signal);
}

/** Writes who holds the lock. Where that can't be written the lock is as good. */
function signUp(
  { fs, host, clock }: Pick<System, "fs" | "host" | "clock">,
  root: string,
  command: string,
): string | null {
  const folder = `${root}/lock.d`;
  const path = `${folder}/${host.pid}-${randomBytes(6).toString("hex")}`;
  const holder: Holder = { command, pid: host.pid, since: clock.now().toISOString() };
  try {
    if (fs.lstat(folder) === null) fs.mkdir(folder, 0o755);
    const file = fs.create(path, 0o644);
    try {
      file.write(Buffer.from(JSON.stringify(holder)));
    } finally {
      file.close();
    }
    return path;
  } catch (thrown) {
    if (thrown instanceof FsError) return null;
    throw thrown;
  }
}

/** Who holds the lock of a store, as far as is known. */
export function holdersOf({ fs, host }: Pick<System, "fs" | "host">, root: string): Holder[] {
  const folder = `${root}/lock.d`;
  if (fs.lstat(folder) === null) return [];
  return fs.readDir(folder).flatMap((name) => {
    // Where processes are files, one that is gone is known to be.
    if (host.os === "linux" && fs.lstat("/proc/self") && !fs.lstat(`/proc/${name.split("-")[0]}`)) {
      return [];
    }
    try {
      const found = JSON.parse(Buffer.from(fs.readFile(`${folder}/${name}`)).toString());
      return isHolder(found) ? [found] : [];
    } catch {
      // It has gone meanwhile, or is being written.
      return [];
    }
  });
}

function isHolder(found: unknown): found is Holder {
  const holder = found as Holder | null;
  return typeof holder === "object" && holder !== null && typeof holder.command === "string" &&
    typeof holder.pid === "number" && typeof holder.since === "string";
}

function locked(holders: readonly Holder[]): SysError {
  const [first] = holders;
  const who = first === undefined
    ? "another process uses it"
    : `${first.command} (process ${first.pid}) uses it since ${first.since}`;
  return new SysError("locked", `Cannot lock the store: ${who}`, {
    hint: "wait until it is done; without --no-wait, sys does that itself",
  });
}

/**
 * Locks one derivation, so that of two processes one builds it and the other waits. The file stays in `tmp/`,
 * since removing it would let a third process lock another one; gc, which runs alone, removes it.
 */
export async function lockDerivation(
  system: Pick<System, "fs" | "host">,
  root: string,
  derivation: string,
  options: { readonly onWait?: () => void; readonly shared?: boolean } = {},
): Promise<RootLock> {
  const writer = new StoreWriter(system, root, options.shared ?? false);
  storing(() => writer.prepare());
  const path = `${writer.layout.tmp}/${derivation}.lock`;
  const lock = await system.fs.lock(path, "exclusive", false);
  if (lock !== null) return lock;
  options.onWait?.();
  const waited = await system.fs.lock(path, "exclusive", true);
  if (waited === null) throw locked([]);
  return waited;
}
