/** Takes a command, gives what it would say, where all that it would look at is as it was when it was last run.
 *
 * This is what makes a command that has nothing to do fast: neither the config is evaluated, nor the command loaded. */
import { FsError, type System } from "../system/mod.ts";
import { answerOf } from "./looks.ts";
import { slotOf } from "./place.ts";
import { type CommandRecord, parseRecord } from "./record.ts";

/** The record of a command, if all is as it was; null means that the command has to be run. */
export function recall(
  system: Pick<System, "fs" | "host" | "processes">,
  root: string,
  key: string,
): Pick<CommandRecord, "code" | "output"> | null {
  try {
    const record = read(system, slotOf(root, key), key);
    if (record === null) return null;
    for (const { kind, name, answer } of record.looks) {
      if (answerOf(system, kind, name) !== answer) return null;
    }
    return record;
  } catch (thrown) {
    // The command itself says what is wrong.
    if (thrown instanceof FsError) return null;
    throw thrown;
  }
}

/** Nothing is believed that another user could have written. */
function read({ fs }: Pick<System, "fs">, path: string, key: string): CommandRecord | null {
  const info = fs.lstat(path);
  if (info === null || info.kind !== "file") return null;
  if ((fs.uid !== null && info.uid !== fs.uid) || (info.mode & 0o077) !== 0) return null;
  return parseRecord(fs.readFile(path), key);
}
