/** Takes a machine and the record of a command that has changed nothing, keeps it. */
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import type { CommandRecord } from "../recall/record.ts";
import { remember } from "../recall/remember.ts";
import { lockRoot } from "../store/lock.ts";

/** Nobody waits for it: while another works, nothing is remembered. */
export async function rememberCommand(machine: Machine, record: CommandRecord): Promise<void> {
  const { system, locks, root } = machine;
  try {
    const lock = await lockRoot(locks, root, "shared", { wait: false, command: "sys" });
    try {
      remember(system, root, record);
    } finally {
      lock.release();
    }
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
  }
}
