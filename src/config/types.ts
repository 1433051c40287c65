/** What evaluating a config gives. */
import type { RecipeBook } from "../realize/recipe.ts";
import type { InputSpec, ResolvedInput } from "../inputs/types.ts";
import type { Derivation, DerivationHash, Manifest } from "../manifest/types.ts";
import type { FileInfo } from "../system/mod.ts";

/** An evaluated config: data, and beside it the session that can build what the data describes. */
export interface Evaluation {
  readonly manifest: Manifest;
  /** The files of the config's own folder that were read, each as it was read; sorted by path. */
  readonly files: readonly ConfigFile[];
  readonly inputs: ReadonlyMap<string, ResolvedInput>;
  /** Absolute path of the config's folder. */
  readonly dir: string;
  /** What the config printed, line by line. */
  readonly messages: readonly string[];
  /** What it was made of. */
  readonly outcome: Outcome;
  /** Needed for building and for nothing else. Whoever evaluates has to close it. */
  readonly recipes: RecipeSession;
}

/** What running a config gave, as data: with the inputs it makes the Manifest. */
export interface Outcome {
  /** The `inputs` table. */
  readonly declared: Readonly<Record<string, InputSpec>>;
  /** What Lua handed over, as JSON. */
  readonly handed: string;
  readonly messages: readonly string[];
  readonly files: readonly ConfigFile[];
  /** Paths of those among them that belong to the config, not to an input. */
  readonly own: readonly string[];
  readonly sources: readonly SourceFile[];
  /** The same where the config was not run. */
  readonly seen?: readonly SeenSource[];
}

/** A file whose hash was asked for: all that was looked at of it. */
export interface SourceRead {
  /** Below the tree's folder. */
  readonly path: string;
  /** Absolute path, without links in it. */
  readonly real: string;
  readonly info: FileInfo;
  /** Short hash of its NAR. */
  readonly id: string;
  /** How often it was asked for. */
  readonly times: number;
  /** Lua has seen the hash. */
  readonly shown: boolean;
}

/** The same, and the tree that it lies in: `config` or `input:<name>`. */
export interface SourceFile extends SourceRead {
  readonly root: string;
}

/** A file that is a source, as it was found. */
export type SeenSource = Omit<SourceFile, "times" | "shown">;

/** A file that was read while a config was evaluated. */
export interface ConfigFile {
  /** Relative to the config's folder, `/` between the parts. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

/** Drives the `config` functions of a manifest's derivations, in the VM that evaluated them. */
export interface RecipeSession extends RecipeBook {
  /** The hash of a derivation by its resolved inputs: the same for all that can only give the same, whatever the
   * derivations are called that it uses. Null where there is none, perhaps because a build of it has looked at more. */
  resolved(
    derivation: DerivationHash,
    dependencies: ReadonlyMap<Derivation, Readonly<Record<string, string>>>,
  ): Promise<DerivationHash | null>;
  /** Ends the VM; once more is harmless. Gives the bytes of memory that it had. */
  close(): number;
}

/** How long and how much an evaluation may take. */
export interface EvaluationLimits {
  readonly seconds: number;
  readonly mebibytes: number;
}
