/** One flush of a whole file system instead of one for each file: `syncfs`, which Linux has and the runtime does not. */
import nodeFs from "node:fs";
import { FsError } from "./fs.ts";

/** Of coreutils and busybox alike; nothing on PATH is asked. */
const PROGRAMS = ["/usr/bin/sync", "/bin/sync"];

/** Before it `syncfs` did not tell what could not be written. */
const LEAST_KERNEL = [5, 8];

/** File systems of the kernel's own, by their magic numbers: ext4, XFS, Btrfs, F2FS, bcachefs, ZFS, tmpfs, and overlays,
 * which flush what is below. Others may hand what they have to a server that flushes when it likes. */
const LOCAL = new Set([
  ...[0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0xca451a4e, 0x2fc12fc1, 0x01021994, 0x794c7630],
]);

let program: string | null | undefined;

/** Whether `syncAll` works for what lies at a path. */
export function canSyncAll(path: string): boolean {
  if (program === undefined) program = findProgram();
  if (program === null) return false;
  try {
    return LOCAL.has(nodeFs.statfsSync(path).type);
  } catch {
    return false;
  }
}

/** Flushes the file system on which a path lies; of a process group of its own, so that Ctrl-C does not stop it. */
export function syncAll(path: string): void {
  if (program === undefined) program = findProgram();
  if (program === null) throw new FsError("flush", path, "EUNKNOWN");
  if (!flushes(program, path)) throw new FsError("flush", path, "EIO");
}

function flushes(program: string, path: string): boolean {
  return new Deno.Command(program, {
    args: ["-f", path],
    cwd: "/",
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).outputSync().success;
}

/** Whether a program can be started, and tells what it could not flush: one that knows no `-f` flushes what is not
 * there, too. */
export function tellsFailures(program: string): boolean {
  try {
    return !flushes(program, "/dev/null/nothing");
  } catch {
    return false;
  }
}

function findProgram(): string | null {
  if (Deno.build.os !== "linux") return null;
  try {
    const [major, minor] = Deno.osRelease().split(".").map((part) => parseInt(part));
    const [least, atLeast] = LEAST_KERNEL;
    if (major < least || (major === least && minor < atLeast)) return null;
    return PROGRAMS.find((path) => nodeFs.existsSync(path) && tellsFailures(path)) ?? null;
  } catch {
    return null;
  }
}
