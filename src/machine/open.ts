/** Takes the world, gives the machine that the journeys work on: its places and its store. */
import { type Places, places } from "../platform/places.ts";
import { platformAdapters } from "../platform/platform.ts";
import type { Adapters } from "../platform/adapters.ts";
import { withStoredModes } from "../store/stored_modes.ts";
import { openStore } from "../store/store.ts";
import type { Store } from "../store/types.ts";
import type { System } from "../system/mod.ts";

/** A part of a command, for those who want to know how long it takes. */
export type Phase =
  | "lock"
  | "work"
  | "inputs"
  | "evaluate"
  | "plan"
  | "ask"
  | "build"
  | "activate"
  | "collect";

/** One user's machine. */
export interface Machine {
  readonly system: System;
  /** The world in which locks are taken: who holds one tells nothing of what a command comes to. */
  readonly locks: Pick<System, "fs" | "host" | "clock">;
  readonly places: Places;
  readonly root: string;
  readonly store: Store;
  readonly adapters: Adapters;
  /** Version of this program. */
  readonly version: string;
  /** Told when a part of the command begins; the one before has ended then. */
  readonly onPhase: (phase: Phase) => void;
}

/** Opens the machine of the user who runs the program. Nothing is made or written. */
export function openMachine(
  system: System,
  version: string,
  onPhase: Machine["onPhase"] = () => {},
  locks: Machine["locks"] = system,
): Machine {
  const here = places(system.host);
  const world = withStoredModes(system, here.root, here.systemRoot);
  return {
    system: world,
    locks,
    places: here,
    root: here.root,
    store: openStore(world, here.root, { system: here.systemRoot }),
    adapters: platformAdapters(world, here),
    version,
    onPhase,
  };
}
