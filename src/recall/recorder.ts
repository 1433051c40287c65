/** A world in which everything that is looked at is noted, and so is whether anything else was done. */
import { type Console, FsError, type System } from "../system/mod.ts";
import { type Notes, Noting } from "./notes.ts";
import {
  notingClock,
  notingConsole,
  notingHost,
  notingNetwork,
  notingProcesses,
} from "./noting.ts";
import { notingFs } from "./noting_fs.ts";
import type { Output } from "./record.ts";

/** A world and a terminal to run one command in. */
export interface Recorder {
  readonly system: System;
  readonly console: Console;
  /** What was noted up to now. */
  readonly notes: Notes;
  readonly output: Output;
}

/** What the local time depends on. */
const ZONE = "/etc/localtime";

/** Starts noting. */
export function recorder(system: System, console: Console): Recorder {
  const noting = new Noting(system);
  const output: (readonly ["out" | "err", string])[] = [];
  const host = notingHost(system.host, noting);
  const recorded: System = {
    fs: notingFs(system.fs, noting),
    host,
    processes: notingProcesses(system.processes, host, noting),
    network: notingNetwork(system.network, noting),
    clock: notingClock(system.clock, noting),
  };
  noting.look("env", "TZ");
  try {
    noting.content(ZONE);
  } catch (thrown) {
    if (!(thrown instanceof FsError)) throw thrown;
    noting.spoil();
  }
  return {
    system: recorded,
    console: notingConsole(console, noting, output),
    notes: noting,
    output,
  };
}
