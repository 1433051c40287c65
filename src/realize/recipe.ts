/** How a derivation's `config` function is driven: it asks for one operation at a time and is given its result.
 * The evaluator implements it over a Lua coroutine; tests over an array. */
import type { SysError } from "../errors.ts";
import type { DerivationHash, Json } from "../manifest/types.ts";

/** What `config` does next. Texts in `args` may hold placeholders; the build puts the paths in. */
export type RecipeStep =
  | {
    readonly kind: "call";
    readonly op: string;
    /** By name, as the operation declares them. */
    readonly args: Readonly<Record<string, Json>>;
  }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly error: SysError };

/** The outcome of an operation: its result, or a message that `config` sees as a Lua error. */
export type Reply =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

/** One run of one `config`. */
export interface Recipe {
  /** Runs until the first operation. `facts` become `ctx.out`, `ctx.outputs`, `ctx.tmp`, `ctx.env`, …;
   * `known` maps placeholders to paths, for `opts` and captured derivations. */
  start(facts: RecipeFacts): Promise<RecipeStep>;
  /** Gives the result of the operation that was asked for, and runs until the next. */
  resume(reply: Reply): Promise<RecipeStep>;
}

/** What a run is told at its start. */
export interface RecipeFacts {
  readonly outputs: Readonly<Record<string, string>>;
  readonly tmp: string;
  /** What `ctx.env` holds at first. */
  readonly env: Readonly<Record<string, string>>;
  readonly cores: number;
  /** What MAKEFLAGS has to be for make to share its jobs with all other builds. */
  readonly jobserver: string;
  readonly known: ReadonlyMap<string, string>;
}

/** Makes the runs; one for each derivation of a Manifest. */
export interface RecipeBook {
  open(derivation: DerivationHash): Recipe;
}
