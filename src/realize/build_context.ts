/** All that the operations of one build share. */
import type { Derivation } from "../manifest/types.ts";
import type { System } from "../system/mod.ts";
import type { BuildPlaces, Confinement } from "./confine.ts";
import type { Files } from "./files.ts";
import type { Limit } from "./limit.ts";
import type { BuildLog } from "./log.ts";
import type { BuildObserver } from "./observer.ts";
import type { Sandbox } from "./sandbox/types.ts";

export type BuildSystem = Pick<System, "fs" | "processes" | "network" | "clock" | "host">;

export interface BuildContext {
  readonly system: BuildSystem;
  readonly derivation: Derivation;
  /** Scratch folder of this build; `places.tmp` and `places.fetched` are in it. */
  readonly folder: string;
  readonly places: BuildPlaces;
  readonly within: Confinement;
  readonly files: Files;
  /** Folders for the front of PATH: `bin` of each dependency's outputs. */
  readonly tools: readonly string[];
  readonly log: BuildLog;
  readonly observer: BuildObserver;
  readonly signal: AbortSignal;
  readonly cacheDir: string;
  readonly sandbox: () => Promise<Sandbox>;
  /** Programs and unpackings at a time. */
  readonly works: Limit;
  readonly downloads: Limit;
}
