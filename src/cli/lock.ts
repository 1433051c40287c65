/** Opens the machine for a command, and says what happened while it was being locked. */
import {
  checkFolders,
  type Holding,
  holding,
  type Machine,
  openMachine,
} from "../journeys/open.ts";
import { counted, localTime } from "./render/words.ts";
import type { Session } from "./session.ts";

/** The machine of who runs the command. */
export function machineOf(session: Session): Machine {
  const { system, version, timings, locks } = session;
  const machine = openMachine(system, version, timings.phase, locks);
  checkFolders(machine);
  return machine;
}

/** Does something while the machine is locked; `command` is what others are told. */
export function withLock<T>(
  session: Session,
  machine: Machine,
  mode: Holding["mode"],
  command: string,
  body: () => Promise<T> | T,
): Promise<T> {
  return holding(machine, {
    mode,
    command,
    wait: session.flags.noWait !== true,
    signal: session.signal,
    onWait: ([holder]) => {
      // Whoever holds the lock is not looked at, and the next time it may be free.
      session.forget();
      session.say(
        holder
          ? `Waiting for ${holder.command} (process ${holder.pid}, since ${
            localTime(holder.since)
          })`
          : "Waiting for another sys to finish",
      );
    },
    onRecovery: ({ description, time, restored, final }) => {
      session.say(
        `The ${description} of ${localTime(time)} had been interrupted: ` +
          `${counted(restored, "step")} undone, everything is as before it`,
        "warning",
      );
      for (const line of final) session.say(`\`${line}\` had run and has no \`undo\``, "warning");
    },
  }, body);
}
