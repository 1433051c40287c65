/** Flushing where a file system can't. */

/** What systems say of a file or folder that has no flush, rather than of a disk that failed: network and FUSE volumes
 * of macOS without F_FULLFSYNC, which is what the runtime asks for there and has no lesser one; folders on CIFS. */
const CANNOT_FLUSH = new Set(["ENOTSUP", "EOPNOTSUPP", "EINVAL", "ENOTTY", "ENOSYS"]);

/** Flushes as well as the file system can: what it can't is no error, what it failed at is. */
export function flushWherePossible(flush: () => void): void {
  try {
    flush();
  } catch (thrown) {
    const code = (thrown as { code?: unknown } | null)?.code;
    if (typeof code !== "string" || !CANNOT_FLUSH.has(code)) throw thrown;
  }
}
