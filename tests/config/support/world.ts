/** A system whose facts are the same on every machine: real files, a fixed host and a clock that runs. */
import { NO_ACCOUNTS } from "../../../src/system/accounts.ts";
import type { Clock, Host, System } from "../../../src/system/mod.ts";
import { realSystem } from "../../../src/system/real.ts";

const ENV: Readonly<Record<string, string>> = { EDITOR: "ed", LANG: "C" };

/** Facts that differ from the usual ones. */
export type Facts = Partial<Omit<Host, "env">>;

export function fixedSystem(
  facts: Facts = {},
  clock: Clock = realSystem().clock,
): Pick<System, "fs" | "host" | "clock"> {
  const { fs } = realSystem();
  const host: Host = {
    os: "linux",
    arch: "x86_64",
    hostname: "box",
    username: "me",
    uid: 1000,
    gid: 1000,
    elevated: false,
    administrator: false,
    home: "/home/me",
    accounts: NO_ACCOUNTS,
    cwd: "/home/me",
    pid: 1,
    startOf: () => null,
    isInMemory: () => false,
    processors: 2,
    env: (name) => ENV[name],
    ...facts,
  };
  return { fs, clock, host };
}

/** A clock on which five milliseconds go by at each look, and none otherwise: what Lua may do within a time is the same
 * on a machine that has much else to do. @param onTurn called whenever the event loop gets a turn */
export function tickingClock(onTurn: () => void = () => {}): Clock {
  const { now, sleep } = realSystem().clock;
  let time = 0;
  return {
    now,
    monotonic: () => time += 5,
    sleep: (milliseconds, signal) => {
      onTurn();
      return sleep(milliseconds, signal);
    },
  };
}
