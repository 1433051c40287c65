/** Takes a file system that holds no permissions but "read-only", gives one whose files have those that this process
 * has given them, or that somebody else knows of. So what is made (unpacked, checked out, built) has its executable
 * bits until they are recorded, and what was recorded has them again. */
import type { FileInfo, FileOwner, FileSystem, OpenFile } from "./fs.ts";
import { heldMode } from "./holds.ts";
import { ModeTree } from "./mode_tree.ts";

/** Permissions that were recorded of a path; undefined where none were. */
export type RecordedModes = (path: string) => number | undefined;

/** The same files. What somebody else has made writable or read-only meanwhile is so. */
export function modedFs(inner: FileSystem, recorded: RecordedModes): FileSystem {
  if (inner.holds.modes === "all") return inner;
  const modes = new ModeTree();
  const shown = (path: string, info: FileInfo): FileInfo => {
    if (info.kind !== "file" && info.kind !== "dir") return info;
    const mode = modes.get(path) ?? recorded(path) ?? info.mode;
    return heldMode(inner.holds, info.kind, mode) === info.mode ? { ...info, mode } : info;
  };
  const opened = (path: string, file: OpenFile): OpenFile => ({
    read: (buffer) => file.read(buffer),
    seek: (position) => file.seek(position),
    write: (bytes) => file.write(bytes),
    sync: () => file.sync(),
    close: () => file.close(),
    info: () => shown(path, file.info()),
    chmod: (mode) => {
      file.chmod(mode);
      modes.set(path, mode);
    },
    chown: (uid, gid) => file.chown(uid, gid),
    utime: (seconds) => file.utime(seconds),
  });
  return {
    uid: inner.uid,
    holds: inner.holds,
    lstat: (path) => {
      const info = inner.lstat(path);
      return info && shown(path, info);
    },
    readFile: (path) => inner.readFile(path),
    readLink: (path) => inner.readLink(path),
    readDir: (path) => inner.readDir(path),
    realPath: (path) => inner.realPath(path),
    openRead: (path) => inner.openRead(path),
    openItself: (path) => opened(path, inner.openItself(path)),
    append: (path, mode) => inner.append(path, mode),
    create: (path, mode) => {
      const file = inner.create(path, mode);
      modes.set(path, mode);
      return opened(path, file);
    },
    symlink: (to, path) => inner.symlink(to, path),
    link: (existing, path) => {
      const info = inner.lstat(existing);
      inner.link(existing, path);
      if (info !== null) modes.set(path, shown(existing, info).mode);
    },
    mkdir: (path, mode) => {
      inner.mkdir(path, mode);
      modes.set(path, mode);
    },
    rename: (from, to) => {
      inner.rename(from, to);
      modes.move(from, to);
    },
    remove: (path) => {
      inner.remove(path);
      modes.drop(path);
    },
    chmod: (path, mode) => {
      inner.chmod(path, mode);
      modes.set(path, mode);
    },
    chown: (path, uid, gid) => inner.chown(path, uid, gid),
    utime: (path, seconds) => inner.utime(path, seconds),
    syncDir: (path) => inner.syncDir(path),
    canLinkFiles: () => inner.canLinkFiles(),
    canSyncAll: (path) => inner.canSyncAll(path),
    syncAll: (path) => inner.syncAll(path),
    lock: (path, mode) => inner.lock(path, mode),
    as: async (owner: FileOwner) => modedFs(await inner.as(owner), recorded),
    dismiss: () => inner.dismiss(),
  };
}
