/** What is thrown about a file of secrets. Nothing of what a file holds may get into a message: only keys and lines. */
import { SysError } from "../errors.ts";

/** A file that can't be read as what it should be. The message is completed with the file's name by who has it. */
export function badFile(reason: string, hint?: string): SysError {
  return new SysError("config", reason, hint === undefined ? {} : { hint });
}

/** Runs an action on a file; what is said of it then names the file. */
export async function naming<T>(
  doing: string,
  path: string,
  action: () => Promise<T> | T,
): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    if (!(thrown instanceof SysError) || thrown.kind !== "config") throw thrown;
    const { hint, notes } = thrown;
    throw new SysError("config", `Cannot ${doing} ${path}: ${thrown.message}`, {
      ...(hint === undefined ? {} : { hint }),
      notes,
    });
  }
}
