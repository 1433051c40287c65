/** Takes the record of a command, puts it where `recall` finds it. Nothing depends on its being there: it is not
 * flushed, and what a kill or a full disk leaves of it is told by its checksum. */
import { join } from "node:path";
import { FsError, type System } from "../system/mod.ts";
import { discard, writeAtomic } from "../system/write_atomic.ts";
import { RECALL, slotOf } from "./place.ts";
import { type CommandRecord, formatRecord } from "./record.ts";

/** How many commands are remembered. */
const KEPT = 32;

/** Longer output is not worth keeping, in UTF-16 units. */
const MOST_OUTPUT = 1 << 20;

/** Remembers a command. Call it with a lock on the root held, so that nobody deletes the root meanwhile. */
export function remember(
  { fs, host }: Pick<System, "fs" | "host">,
  root: string,
  record: CommandRecord,
  most = MOST_OUTPUT,
): void {
  if (record.output.reduce((sum, [, text]) => sum + text.length, 0) > most) return;
  const folder = join(root, RECALL);
  try {
    if (fs.lstat(folder) === null) fs.mkdir(folder, 0o700);
    const spare = join(folder, `.new-${host.pid}`);
    if (fs.lstat(spare) !== null) fs.remove(spare);
    const how = { spare, mode: 0o600, flush: false };
    writeAtomic(fs, slotOf(root, record.key), formatRecord(record), how);
    forgetOldest(fs, folder);
  } catch (thrown) {
    // Where nothing can be written, commands are run instead.
    if (!(thrown instanceof FsError)) throw thrown;
  }
}

function forgetOldest(fs: System["fs"], folder: string): void {
  const names = fs.readDir(folder);
  if (names.length <= KEPT) return;
  const age = (name: string) => fs.lstat(join(folder, name))?.mtime ?? 0;
  const byAge = names.map((name) => ({ name, age: age(name) })).sort((a, b) => b.age - a.age);
  for (const { name } of byAge.slice(KEPT)) discard(() => fs.remove(join(folder, name)));
}
