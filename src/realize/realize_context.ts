/** What builds are given. */
import type { SettledFolder } from "./confine.ts";
import type { Derivation, Source } from "../manifest/types.ts";
import type { ObjectName } from "../store/names.ts";
import type { Outputs } from "../store/outputs.ts";
import type { Store } from "../store/types.ts";
import type { BuildContext } from "./build_context.ts";
import type { BuilderOf } from "./builder.ts";
import type { Limit } from "./limit.ts";
import type { Sandbox } from "./sandbox/types.ts";

/** What builds of one `realize` share. */
export interface RealizeContext
  extends Pick<BuildContext, "system" | "observer" | "signal" | "cacheDir"> {
  readonly sandbox: () => Promise<Sandbox>;
  /** Builds at a time. */
  readonly works: Limit;
  readonly downloads: Limit;
  readonly jobserver: BuildContext["jobserver"];
  readonly store: Store;
  readonly builderOf: BuilderOf;
  /** Keep the scratch of builds that fail. */
  readonly keepFailed: boolean;
  /** Where all builds work. */
  readonly settled: SettledFolder;
}

/** What one build is made from. */
export interface BuildInputs {
  /** Outputs of the derivations that it depends on. */
  readonly dependencies: ReadonlyMap<Derivation, Outputs>;
  /** The store's copies of its sources. */
  readonly sources: ReadonlyMap<Source, ObjectName>;
  /** Elsewhere than before, so that what depends on the place shows; what is made is not recorded as the
   * derivation's. */
  readonly again?: boolean;
}
