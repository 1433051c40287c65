/** A place for files that must not reach a disk: a file system in memory, where the machine has one for its users. */
import { join } from "node:path/posix";
import { makeName, nameOwner } from "./memory_folder_name.ts";
import { discard } from "../system/write_atomic.ts";
import { variablePath } from "../system/named_path.ts";
import type { FileSystem, Host, System } from "../system/mod.ts";
import { SysError } from "../errors.ts";

interface World {
  readonly fs: FileSystem;
  readonly host: Host;
}

/** Of a folder in which only the owner of a name can change it. */
const STICKY = 0o1000;
const OTHERS_WRITE = 0o022;

/** Makes a folder in memory that only this user can enter; null where there is no memory for it. Those of commands that
 * were killed are removed. */
export function makeMemoryFolder(world: World): string | null {
  const { fs, host } = world;
  const [base] = basesIn(world);
  if (base === undefined) return null;
  sweep(world, base);
  const folder = join(base, makeName(host));
  fs.mkdir(folder, 0o700);
  return folder;
}

/** Without all permissions the runtime opens nothing below /dev: programs do, to which and from which contents go through
 * pipes. */
const PATH = "/usr/bin:/bin";

/** Makes a file in such a folder, for its owner only. */
export async function putInMemory(
  { processes }: Pick<System, "processes">,
  path: string,
  content: Uint8Array,
): Promise<void> {
  const argv = ["/bin/sh", "-c", 'set -C; cat > "$1"', "sh", path];
  const { code } = await processes.run({ argv, env: { PATH }, stdin: content, umask: 0o077 });
  if (code !== 0) throw new SysError("io", `Cannot write ${path}: no memory may be left`);
}

/** What a file in such a folder holds. */
export async function getFromMemory(
  { processes }: Pick<System, "processes">,
  path: string,
): Promise<Uint8Array> {
  const argv = ["/bin/sh", "-c", 'cat < "$1"', "sh", path];
  const { code, stdout } = await processes.run({ argv, env: { PATH } });
  if (code !== 0) throw new SysError("io", `Cannot read ${path}: it is gone, or can't be read`);
  return stdout;
}

/** Removes such a folder with the files in it. */
export function removeMemoryFolder(fs: FileSystem, folder: string): void {
  for (const name of fs.readDir(folder)) {
    const path = join(folder, name);
    if (fs.lstat(path)?.kind === "dir") removeMemoryFolder(fs, path);
    else fs.remove(path);
  }
  fs.remove(folder);
}

/** Where a user can have files in memory, and nobody else can put another folder in place of one's own. */
function basesIn({ fs, host }: World): string[] {
  const named = [variablePath(host, "XDG_RUNTIME_DIR"), `/run/user/${host.uid}`, "/dev/shm"];
  return named.filter((path) => path !== undefined).filter((path) => {
    const info = fs.lstat(path);
    if (info?.kind !== "dir" || info.uid !== host.uid && info.uid !== 0) return false;
    const safe = (info.mode & STICKY) !== 0 ||
      info.uid === host.uid && (info.mode & OTHERS_WRITE) === 0;
    return safe && host.isInMemory(path);
  });
}

function sweep({ fs, host }: World, base: string): void {
  for (const name of fs.readDir(base)) {
    const owner = nameOwner(name);
    const path = join(base, name);
    if (owner === null || owner.uid !== host.uid || host.startOf(owner.pid) !== null) continue;
    const info = fs.lstat(path);
    if (info?.kind === "dir" && info.uid === host.uid) discard(() => removeMemoryFolder(fs, path));
  }
}
