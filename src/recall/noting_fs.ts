/** A file system that notes what is looked at in it. */
import {
  type FileHandle,
  type FileInfo,
  type FileOwner,
  type FileSystem,
  FsError,
  type OpenFile,
} from "../system/fs.ts";
import type { Noting } from "./notes.ts";

/** The same files. Each look is noted before it is done: a change in between shows next time. Its methods need no
 * `this`: views of it inherit them. */
export function notingFs(inner: FileSystem, noting: Noting): FileSystem {
  const spoiled = () => {
    noting.spoil();
    return inner;
  };
  const read = <T>(path: string, reading: () => T): T =>
    looking(noting, () => {
      noting.content(path);
      return reading();
    });
  const noted: FileSystem = {
    uid: inner.uid,
    holds: inner.holds,
    lstat: (path) =>
      looking(noting, () => {
        noting.before(path);
        const info = inner.lstat(path);
        noting.seen(path, info);
        return info?.kind === "dir" ? notingFolder(path, info, noting) : info;
      }),
    readLink: (path) =>
      looking(noting, () => {
        noting.before(path);
        noting.seen(path, inner.lstat(path));
        return inner.readLink(path);
      }),
    realPath: (path) =>
      looking(noting, () => {
        noting.real(path);
        return inner.realPath(path);
      }),
    readFile: (path) => read(path, () => inner.readFile(path)),
    readDir: (path) => read(path, () => inner.readDir(path)),
    openRead: (path) => read(path, () => inner.openRead(path)),
    openItself: (path) => read(path, () => notingFile(inner.openItself(path), noting)),
    create: (path, mode) => spoiled().create(path, mode),
    append: (path, mode) => spoiled().append(path, mode),
    symlink: (to, path) => spoiled().symlink(to, path),
    link: (existing, path) => spoiled().link(existing, path),
    mkdir: (path, mode) => spoiled().mkdir(path, mode),
    rename: (from, to) => spoiled().rename(from, to),
    remove: (path) => spoiled().remove(path),
    chmod: (path, mode) => spoiled().chmod(path, mode),
    chown: (path, uid, gid) => spoiled().chown(path, uid, gid),
    utime: (path, seconds) => spoiled().utime(path, seconds),
    syncDir: (path) => spoiled().syncDir(path),
    canLinkFiles() {
      // Where it is a privilege it may be given at any time.
      if (inner.holds.modes !== "all") noting.spoil();
      return inner.canLinkFiles();
    },
    canSyncAll: (path) => spoiled().canSyncAll(path),
    syncAll: (path) => spoiled().syncAll(path),
    lock: (path, mode) => spoiled().lock(path, mode),
    as: async (owner: FileOwner) => {
      const theirs = await inner.as(owner);
      if (theirs === inner) return noted;
      // With their rights other things may be seen than with one's own.
      noting.spoil();
      return theirs;
    },
    dismiss: () => inner.dismiss(),
  };
  return noted;
}

/** That nothing is there is noted; what can't be looked at for another reason can't be looked at again. */
function looking<T>(noting: Noting, look: () => T): T {
  try {
    return look();
  } catch (thrown) {
    if (!(thrown instanceof FsError && thrown.code === "ENOENT")) noting.spoil();
    throw thrown;
  }
}

/** What a folder's times and sizes tell is what is in it. */
function notingFolder(path: string, info: FileInfo, noting: Noting): FileInfo {
  const entries = () => {
    noting.entries(path, info);
    return info;
  };
  const { kind, mode, uid, gid, dev, ino } = info;
  return {
    ...{ kind, mode, uid, gid, dev, ino },
    get size() {
      return entries().size;
    },
    get mtime() {
      return entries().mtime;
    },
    get ctime() {
      return entries().ctime;
    },
    get nlink() {
      return entries().nlink;
    },
  };
}

function notingFile(file: OpenFile, noting: Noting): OpenFile {
  const spoiled = () => {
    noting.spoil();
    return file;
  };
  const handle: FileHandle = {
    read: (buffer) => file.read(buffer),
    seek: (position) => file.seek(position),
    write: (bytes) => spoiled().write(bytes),
    sync: () => spoiled().sync(),
    close: () => file.close(),
  };
  return {
    ...handle,
    info: () => file.info(),
    chmod: (mode) => spoiled().chmod(mode),
    chown: (uid, gid) => spoiled().chown(uid, gid),
    utime: (seconds) => spoiled().utime(seconds),
  };
}
