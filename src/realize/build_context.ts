/** All that the operations of one build share. */
import type { Derivation } from "../manifest/types.ts";
import type { Keeper, System } from "../system/mod.ts";
import type { CompilerRequest } from "./compilers.ts";
import type { BuildPlaces, Confinement } from "./confine.ts";
import type { Files } from "./files.ts";
import type { Jobserver } from "./jobserver.ts";
import type { Limit, Slot } from "./limit.ts";
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
  /** Makes the scratch folders, which many builds do not need. */
  readonly openScratch: () => void;
  readonly within: Confinement;
  readonly files: Files;
  /** What a command starts from: see `environment.ts`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: BuildLog;
  readonly observer: BuildObserver;
  readonly signal: AbortSignal;
  readonly cacheDir: string;
  readonly sandbox: Sandbox;
  /** Sees to the end of its commands. */
  readonly keeper: Keeper;
  /** What its commands compile with instead of the system's own; null where these do. */
  readonly compilers: CompilerRequest | null;
  /** The build's own among those that run at a time; given up only while it downloads. */
  readonly slot: Slot;
  readonly downloads: Limit;
  readonly jobserver: Jobserver;
}
