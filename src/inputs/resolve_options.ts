/** What a resolver of inputs is told. */
import type { InputSpec } from "./types.ts";

/** How inputs are to be resolved. */
export interface InputOptions {
  /** The config's folder: relative paths start there. */
  readonly dir: string;
  readonly lockPath: string;
  readonly cacheDir: string;
  /** Whether the lock may be written. Without it, what is new is resolved and forgotten. */
  readonly write: boolean;
  /** A lock that would change is an error. */
  readonly frozen?: boolean;
  /** Nothing is asked of the network. */
  readonly offline?: boolean;
  /** Inputs that are to be resolved anew, each with its own inputs. */
  readonly update?: readonly string[] | "all";
  /** The `inputs` table of the `init.lua` in an input's folder. */
  readonly declaredBy?: (folder: string) => Promise<Readonly<Record<string, InputSpec>>>;
  /** Told before something is fetched. */
  readonly onFetch?: (name: string, url: string) => void;
  /** Told when that has ended, well or not. */
  readonly onFetched?: (name: string) => void;
  readonly signal?: AbortSignal;
}
