/** How the outputs of a derivation are made: the port between what declares derivations and the room that builds
 * them. Scratch folders, log, sandbox and registration are the same for both forms. */
import type { Derivation } from "../manifest/types.ts";
import type { Recipe } from "./recipe.ts";

export type Builder =
  | { readonly kind: "recipe"; readonly recipe: Recipe }
  | { readonly kind: "process"; readonly process: BuildProcess };

/** A program that makes the outputs. Its texts may hold placeholders: how it is told where its outputs are to be,
 * and where those of its dependencies are. It starts in an empty folder, which `TMPDIR` names. */
export interface BuildProcess {
  /** An absolute path, or a name that is looked up on PATH. */
  readonly builder: string;
  readonly args: readonly string[];
  /** Beside the fixed set of every build, over which it wins. */
  readonly env: Readonly<Record<string, string>>;
}

/** The builder of a derivation; asked each time that one is built. */
export type BuilderOf = (derivation: Derivation) => Builder;
