/** Takes the record of a command, puts it where `recall` finds it. Nothing depends on its being there: it is not
 * flushed, and what a kill or a full disk leaves of it is told by its checksum. */
import { join } from "node:path/posix";
import { FsError, type System } from "../system/mod.ts";
import { discard, writeAtomic } from "../system/write_atomic.ts";
import { RECALL, slotOf } from "./place.ts";
import { type CommandRecord, formatRecord } from "./record.ts";

/** How many commands are remembered, and with how many bytes; the latest is in any case. */
const KEPT = { commands: 32, bytes: 1 << 27 };

/** What this makes in the folder. Nothing else there is removed. */
const OWN = /^(?:[0-9a-f]{16}|\.new-[0-9]+)$/;

/** Longer output is not worth keeping, in UTF-16 units. */
const MOST_OUTPUT = 1 << 20;

/** Remembers a command. Call it with a lock on the root held, so that nobody deletes the root meanwhile. */
export function remember(
  { fs, host }: Pick<System, "fs" | "host">,
  root: string,
  record: CommandRecord,
  { mostOutput = MOST_OUTPUT, kept = KEPT } = {},
): void {
  if (record.output.reduce((sum, [, text]) => sum + text.length, 0) > mostOutput) return;
  const folder = join(root, RECALL);
  try {
    if (!isOwn(fs, fs.realPath(root))) return;
    if (fs.lstat(folder) === null) fs.mkdir(folder, 0o700);
    else if (!isOwn(fs, folder)) return;
    const spare = join(folder, `.new-${host.pid}`);
    if (fs.lstat(spare) !== null) fs.remove(spare);
    const how = { spare, mode: 0o600, flush: false };
    const slot = slotOf(root, record.key);
    writeAtomic(fs, slot, formatRecord(record), how);
    forgetOldest(fs, folder, slot, kept);
  } catch (thrown) {
    // Where nothing can be written, commands are run instead.
    if (!(thrown instanceof FsError)) throw thrown;
  }
}

/** Whether a folder, and no link, is nobody else's: where root looks at a user's store, that user could neither add to
 * what root remembers nor remove it. */
function isOwn(fs: System["fs"], folder: string): boolean {
  const info = fs.lstat(folder);
  return info?.kind === "dir" && (fs.uid === null || info.uid === fs.uid);
}

function forgetOldest(fs: System["fs"], folder: string, latest: string, most: typeof KEPT): void {
  const others = recordsIn(fs, folder)
    .flatMap((path) => {
      const info = path === latest ? null : fs.lstat(path);
      return info === null ? [] : [{ path, ...info }];
    })
    .sort((a, b) => b.mtime - a.mtime);
  let bytes = fs.lstat(latest)?.size ?? 0;
  for (const [n, { path, size }] of others.entries()) {
    bytes += size;
    if (n + 1 >= most.commands || bytes > most.bytes) discard(() => fs.remove(path));
  }
}

/** Forgets all commands and evaluations: their records say what was in files that may be gone. Call it with the
 * exclusive lock held. */
export function forgetAll(fs: System["fs"], root: string): void {
  const folder = join(root, RECALL);
  if (!isOwn(fs, folder)) return;
  for (const path of recordsIn(fs, folder)) discard(() => fs.remove(path));
}

function recordsIn(fs: System["fs"], folder: string): string[] {
  return fs.readDir(folder).filter((name) => OWN.test(name)).map((name) => join(folder, name));
}
