/** Takes a store's root, gives a lock on it that ends with the process at the latest.
 *
 * The lock itself is the operating system's, on `<root>/lock`. Who holds it is written beside. */
import { SysError } from "../errors.ts";
import { orAbort } from "../system/abortable_lock.ts";
import type { Clock, System } from "../system/mod.ts";
import { type FileLock, type FileSystem, FsError, type ReadFs } from "../system/fs.ts";
import { type Holder, type LockMode, rivalsOf, signUp } from "./holders.ts";
import { layoutOf } from "./layout.ts";
import { StoreWriter } from "./store_writer.ts";
import { storing } from "./writing.ts";

/** Milliseconds between two looks at who holds a lock. */
const PAUSE = 10;
/** Looks after which who waits is told so, also when nobody has said that he holds the lock. */
const SILENT = 50;
/** Looks, also without a known holder, after which another process has it. Between being granted a lock and saying so,
 * and between saying that one gives it up and doing it, is but a moment. */
const UNKNOWN = 1000;

export interface LockOptions {
  /** Wait until it is free; otherwise fail when another holds it. */
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
  mode: LockMode,
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
  const signOff = signUp(system, root, { command: options.command, mode });
  const held = lock;
  let released = false;
  return {
    release: () => {
      if (released) return;
      released = true;
      try {
        signOff();
      } finally {
        held.release();
      }
    },
  };
}

/** The lock on the file. The system is asked once, and is never asked whether the lock is free, since the runtime
 * can't: that it isn't is known from who holds it. */
async function acquire(
  system: Pick<System, "fs" | "host" | "clock">,
  root: string,
  mode: LockMode,
  options: LockOptions,
): Promise<FileLock> {
  const { fs, clock } = system;
  const given = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, given.signal]) : given.signal;
  const asked = orAbort(() => fs.lock(`${root}/lock`, mode), signal);
  let rivals: readonly Holder[] = [];
  const most = options.wait ? SILENT : UNKNOWN;
  const granted = await watch(clock, asked, (looks) => {
    rivals = rivalsOf(system, root, mode);
    return rivals.length > 0 || looks >= most;
  });
  if (!granted && options.wait) options.onWait?.(rivals);
  else if (!granted) given.abort(locked(rivals));
  try {
    return await asked;
  } catch (thrown) {
    const unwritable = thrown instanceof FsError && thrown.code === "EROFS";
    if (mode === "shared" && unwritable) return { ino: 0, release: () => {} };
    const closed = thrown instanceof FsError && ["EACCES", "EPERM"].includes(thrown.code);
    if (!closed) throw thrown;
    throw ofAnotherUser(root, thrown);
  }
}

/** The error of a root that its user may not use. */
export function ofAnotherUser(root: string, cause: FsError): SysError {
  return new SysError("store", `Cannot use ${root}: ${cause.path} belongs to another user`, {
    hint: `run sys as that user, or make all of it yours: sudo chown -R "$(id -u)" ${root}`,
    cause,
  });
}

/** Waits for something, and looks around meanwhile. True: it has come, or failed. False: what was seen is enough. */
async function watch(
  clock: Clock,
  coming: Promise<unknown>,
  enough: (looks: number) => boolean,
): Promise<boolean> {
  const come = new AbortController();
  const stop = () => come.abort();
  coming.then(stop, stop);
  // Looks are counted, not time: a process that was stopped for a while has not looked meanwhile.
  for (let looks = 1; !come.signal.aborted; looks++) {
    await clock.sleep(PAUSE, come.signal).catch(() => {});
    if (!come.signal.aborted && enough(looks)) return false;
  }
  return true;
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
 * Locks one derivation of a store whose folders are there (`Store.prepare`), so that of two processes one builds it and the other waits. Who gives the lock up removes its
 * file first. Who is granted a lock on a file that has lost its name meanwhile asks again: a third process may have
 * made and locked another one.
 */
export async function lockDerivation(
  system: Pick<System, "fs" | "host" | "clock">,
  root: string,
  derivation: string,
  options: { readonly onWait?: () => void } = {},
): Promise<RootLock> {
  const { fs, clock } = system;
  const path = `${layoutOf(root).tmp}/${derivation}.lock`;
  for (let told = false;;) {
    const asked = fs.lock(path, "exclusive");
    if (!told && !await watch(clock, asked, (looks) => looks >= SILENT)) {
      told = true;
      options.onWait?.();
    }
    const lock = await asked;
    if (leadsTo(fs, path, lock)) return unnaming(fs, path, lock);
    lock.release();
  }
}

/** Whether a path leads to the file that is locked. Where the system does not tell, no lock file is removed. */
function leadsTo(fs: ReadFs, path: string, lock: FileLock): boolean {
  return lock.ino === 0 || fs.lstat(path)?.ino === lock.ino;
}

/** A lock whose file goes with it. */
function unnaming(fs: FileSystem, path: string, lock: FileLock): RootLock {
  return {
    release: () => {
      try {
        if (lock.ino !== 0 && leadsTo(fs, path, lock)) fs.remove(path);
      } catch (thrown) {
        // A file that stays is as good as none: whoever comes next locks it.
        if (!(thrown instanceof FsError)) throw thrown;
      } finally {
        lock.release();
      }
    },
  };
}
