/** What evaluating a config gives. */
import type { RecipeBook } from "../realize/recipe.ts";
import type { ResolvedInput } from "../inputs/types.ts";
import type { Manifest } from "../manifest/types.ts";

export interface Evaluation {
  readonly manifest: Manifest;
  /** Drives the `config` functions of the manifest's derivations, in the VM that evaluated them. */
  readonly recipes: RecipeBook;
  readonly inputs: ReadonlyMap<string, ResolvedInput>;
  /** Absolute path of the config's folder. */
  readonly dir: string;
  /** Absolute paths of every Lua file that was loaded. */
  readonly files: readonly string[];
  /** What the config printed, line by line. */
  readonly messages: readonly string[];
  /** Ends the VM. */
  close(): void;
}

/** How long and how much an evaluation may take. */
export interface Limits {
  readonly seconds: number;
  readonly mebibytes: number;
}
