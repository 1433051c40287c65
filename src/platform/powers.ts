/** What an apply may use of the platform beside files: commands, services, settings. `platform.ts` makes one. */
import type { Json } from "../manifest/types.ts";
import type { WantedSetting } from "../plan/types.ts";
import type { Processes } from "../system/processes.ts";

/** Starts and stops services. */
export interface ServiceManager {
  /** Where the unit of a service lies. @throws SysError where services of that kind can't be had */
  unitPath(name: string, user: boolean): string;
  /** Enables a service and starts it, from the unit as it is now. */
  start(name: string, user: boolean, unit: string): Promise<void>;
  /** Stops a service and disables it. */
  stop(name: string, user: boolean, unit: string): Promise<void>;
  running(name: string, user: boolean, unit: string): Promise<boolean>;
}

/** Reads and writes what is neither a file nor a service. */
export interface Settings {
  /** The present value; null for none. `wanted` tells what of it matters. */
  get(kind: WantedSetting["kind"], key: string, wanted: Json): Promise<Json>;
  /** Gives a value; null takes it away. `before` is what it has now. */
  set(kind: WantedSetting["kind"], key: string, value: Json, before: Json): Promise<void>;
}

export interface Powers {
  readonly processes: Processes;
  /** Program and flags that run a line: `["/bin/sh", "-c"]`. */
  readonly shell: readonly string[];
  /** What commands find in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where commands start. */
  readonly home: string;
  readonly services: ServiceManager;
  readonly settings: Settings;
}
