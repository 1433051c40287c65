/** What the Lua side hands over: declarations as they were made, before they are merged. */
import type { Place } from "../errors.ts";
import type { Action, Derivation, EnvAction, Read, Source } from "./types.ts";

/** Override priority of a plain value; the lowest number wins. */
export const PLAIN_OVERRIDE = 100;

/** One value of a variable. */
export interface DeclaredValue {
  readonly text: string;
  /** Where it stands among others: 1000 for a plain value, the lowest number first. */
  readonly position: number;
}

/** Values of one variable with one priority. `auto` sets, or prepends where the variable is mergeable. */
export interface DeclaredEnv {
  readonly kind: "env";
  readonly name: string;
  readonly op: "auto" | EnvAction["op"];
  /** Whether several values, or a list, were given. */
  readonly list: boolean;
  readonly values: readonly DeclaredValue[];
  readonly override?: number;
}

export type DeclaredAction =
  | (Exclude<Action, EnvAction> & { readonly override?: number })
  | DeclaredEnv;

export interface DeclaredActivation {
  readonly name: string | null;
  readonly user: string | null;
  readonly project: string | null;
  /** Places of others in the list. */
  readonly after: readonly number[];
  readonly actions: readonly DeclaredAction[];
  readonly place: Place;
}

export interface Declared {
  readonly derivations: readonly Derivation[];
  readonly activations: readonly DeclaredActivation[];
  readonly sources: readonly Source[];
  readonly reads: readonly Read[];
  /** Variables that the config defined: name → separator, or null for one that takes a single value. */
  readonly environment: Readonly<Record<string, string | null>>;
}
