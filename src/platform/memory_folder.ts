/** A place for files that must not reach a disk: a file system in memory, where the machine has one for its users. */
import { join } from "node:path/posix";
import { makeName, nameOwner } from "./memory_folder_name.ts";
import { discard } from "../system/write_atomic.ts";
import { variablePath } from "../system/named_path.ts";
import type { FileSystem, Host, ReadFs } from "../system/mod.ts";

interface World {
  readonly fs: FileSystem;
  readonly host: Host;
}

const TYPES = new Set(["tmpfs", "ramfs"]);
const MOUNTS = "/proc/self/mountinfo";

/** Makes a folder in memory that only this user can enter; null where there is no memory for it. Those of commands that
 * were killed are removed. */
export function makeMemoryFolder(world: World): string | null {
  const { fs, host } = world;
  const base = basesIn(world).find((path) => isInMemory(fs, path));
  if (base === undefined) return null;
  sweep(world, base);
  const folder = join(base, makeName(host));
  fs.mkdir(folder, 0o700);
  return folder;
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

function basesIn({ fs, host }: World): string[] {
  if (host.os !== "linux") return [];
  return [variablePath(host, "XDG_RUNTIME_DIR"), `/run/user/${host.uid}`, "/dev/shm"]
    .filter((path) => path !== undefined && fs.lstat(path)?.kind === "dir")
    .filter((path) => path !== undefined);
}

function isInMemory(fs: ReadFs, path: string): boolean {
  let best = "";
  let type = "";
  for (const mount of mountsIn(new TextDecoder().decode(fs.readFile(MOUNTS)))) {
    const within = path === mount.at || mount.at === "/" || path.startsWith(`${mount.at}/`);
    // A later mount at the same place hides the former one.
    if (!within || mount.at.length < best.length) continue;
    best = mount.at;
    type = mount.type;
  }
  return TYPES.has(type) && fs.realPath(path) === path;
}

/** Where file systems are and of which type (proc(5): the type is the first field behind the dash). */
function mountsIn(text: string): { readonly at: string; readonly type: string }[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.split(" ");
    const dash = fields.indexOf("-", 6);
    if (dash < 0) return [];
    const at = fields[4].replace(
      /\\([0-7]{3})/g,
      (_, code) => String.fromCharCode(parseInt(code, 8)),
    );
    return [{ at, type: fields[dash + 1] }];
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
