/** The folder of objects can be written only while sys itself changes what is in it: a program that saves by renaming
 * (git, editors) and follows a link into the store then fails, and does not put its file in an object's place. */
import { type FileSystem, FsError } from "../system/fs.ts";
import { FOLDER_MODE } from "./form.ts";
import type { Layout } from "./layout.ts";

const OPEN_MODE = 0o755;
/** Each other process that adds an object at the same moment may close the folder once. */
const MOST_TRIES = 1000;

/** Does one operation in the folder of objects; again when another process has just closed it. */
export function inObjects<T>(fs: FileSystem, layout: Layout, operation: () => T): T {
  for (let tries = 1;; tries++) {
    try {
      return whileOpen(fs, layout, operation);
    } catch (thrown) {
      const closed = thrown instanceof FsError && thrown.code === "EACCES";
      if (!closed || tries === MOST_TRIES) throw thrown;
    }
  }
}

/** Does many operations there. Call it with the exclusive lock held: nobody else closes the folder meanwhile. */
export function whileOpen<T>(fs: FileSystem, layout: Layout, operations: () => T): T {
  if (!open(fs, layout)) return operations();
  try {
    return operations();
  } finally {
    close(fs, layout);
  }
}

/** False where there is no such folder. */
function open(fs: FileSystem, { obj }: Layout): boolean {
  try {
    fs.chmod(obj, OPEN_MODE);
    return true;
  } catch (thrown) {
    if (thrown instanceof FsError && thrown.code === "ENOENT") return false;
    throw thrown;
  }
}

function close(fs: FileSystem, { obj }: Layout): void {
  try {
    fs.chmod(obj, FOLDER_MODE);
  } catch (thrown) {
    // What was done is done, and the next operation closes it.
    if (!(thrown instanceof FsError)) throw thrown;
  }
}
