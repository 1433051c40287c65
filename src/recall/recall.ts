/** Takes a command, gives what it would say, where all that it would look at is as it was when it was last run.
 *
 * This is what makes a command that has nothing to do fast: neither the config is evaluated, nor the command loaded. */
import { FsError, type System } from "../system/mod.ts";
import { answerOf, type World } from "./looks.ts";
import { slotOf } from "./place.ts";
import { type CommandRecord, type LookReader, parseRecord, type ReadRecord } from "./record.ts";

/** The record of a command, if all is as it was; null means that the command has to be run. */
export function recall(
  system: World,
  root: string,
  key: string,
): Pick<CommandRecord, "code" | "output"> | null {
  try {
    const record = readRecord(system, root, key);
    if (record === null) return null;
    return holds(system, record.looks) ? record : null;
  } catch (thrown) {
    // The command itself says what is wrong.
    if (thrown instanceof FsError) return null;
    throw thrown;
  }
}

function holds(system: World, looks: LookReader): boolean {
  for (let look = looks.next(); look !== null; look = looks.next()) {
    const { kind, name, answer, covers } = look;
    const same = answerOf(system, kind, name) === answer;
    if (covers === undefined && !same) return false;
    if (covers !== undefined && same) looks.skip(covers);
  }
  return true;
}

/** The record that is kept under a key. Nothing is believed that another user could have written. */
export function readRecord(
  { fs }: Pick<System, "fs">,
  root: string,
  key: string,
): ReadRecord | null {
  const path = slotOf(root, key);
  const info = fs.lstat(path);
  if (info === null || info.kind !== "file") return null;
  if ((fs.uid !== null && info.uid !== fs.uid) || (info.mode & 0o077) !== 0) return null;
  return parseRecord(fs.readFile(path), key);
}
