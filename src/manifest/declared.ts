/** What the Lua side hands over: declarations as they were made, before they are merged. */
import type { Place } from "../errors.ts";
import type { Separators } from "./kind.ts";
import type { DeclaredEnv } from "./kinds/env.ts";
import type { Action, ActionOf, Derivation, Read, Source } from "./types.ts";

export type DeclaredAction =
  | (Exclude<Action, ActionOf<"env">> & { readonly override?: number })
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
  readonly environment: Separators;
}
