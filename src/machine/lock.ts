/** Takes a machine, holds its lock while something is done; what a killed apply has left is undone first. */
import { interrupted } from "../activation/interrupted.ts";
import type { Recovery } from "../activation/recover.ts";
import { bringBack } from "../store/aside.ts";
import type { Holder } from "../store/holders.ts";
import { lockRoot, type RootLock } from "../store/lock.ts";
import { aboutClosed } from "./closed_files.ts";
import { finishDeletion } from "./delete_root.ts";
import type { Machine } from "./open.ts";

/** How a command wants to hold the machine. */
export interface Holding {
  /** Exclusive: what is current changes, or things are removed. Shared: others may look or build too. Adding: the same,
   * for who adds to the store, and makes it where there is none. Repair: exclusive, and what a killed apply has left
   * is not undone before. */
  readonly mode: "shared" | "adding" | "exclusive" | "repair";
  /** For others who wait: `sys apply`. */
  readonly command: string;
  readonly wait: boolean;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  readonly onWait: (holders: readonly Holder[]) => void;
  /** An apply that had been killed was undone. */
  readonly onRecovery: (recovery: Recovery) => void;
}

/** Does something while the machine is locked. What a killed apply has left is undone first. */
export async function holding<T>(
  machine: Machine,
  how: Holding,
  body: () => Promise<T> | T,
): Promise<T> {
  const { system, root } = machine;
  const lock = (mode: "shared" | "adding" | "exclusive") =>
    lockRoot(machine.locks, root, mode === "exclusive" ? mode : "shared", {
      creates: mode === "adding",
      wait: how.wait,
      signal: how.signal,
      command: how.command,
      onWait: how.onWait,
      shared: root === machine.places.systemRoot,
    });
  const settle = () => {
    bringBack(system.fs, root);
    finishDeletion(system.fs, root);
  };
  const undo = async () => {
    settle();
    const { recover } = await import("../activation/recover.ts");
    const recovery = await recover(system.fs, machine.adapters, root);
    if (recovery) how.onRecovery(recovery);
  };
  machine.onPhase("lock");
  let held: RootLock = await lock(how.mode === "repair" ? "exclusive" : how.mode);
  try {
    if (how.mode === "repair") settle();
    else if (how.mode === "exclusive") await undo();
    else if (interrupted(system.fs, root).length > 0) {
      // Undoing needs the machine to itself; whoever is quicker does it.
      held.release();
      held = await lock("exclusive");
      await undo();
      held.release();
      held = await lock(how.mode);
    }
    machine.onPhase("work");
    return await body();
  } catch (thrown) {
    throw aboutClosed(root, thrown);
  } finally {
    held.release();
  }
}
