/** Takes a config's entry file, gives its Manifest, the files that it was made of, and what drives its builds. */
import { basename, dirname } from "node:path/posix";
import { sha256Hex } from "../digest.ts";
import { SysError } from "../errors.ts";
import type { InputResolver, InputSpec, ResolvedInput } from "../inputs/types.ts";
import { Codecs } from "../lua/codecs.ts";
import type { Declared } from "../manifest/declared.ts";
import { mergeActivations } from "../manifest/merge.ts";
import { orderDerivations } from "../manifest/order.ts";
import { normalizeTarget } from "../manifest/target.ts";
import type { Manifest, Read } from "../manifest/types.ts";
import type { ReadFs, System } from "../system/mod.ts";
import { recipeSession } from "./recipes.ts";
import { Evaluator, platformOf, showPlace } from "./evaluator.ts";
import type { Evaluation, EvaluationLimits, Outcome, RecipeSession } from "./types.ts";

export interface EvaluateRequest {
  /** Absolute path of the entry file. */
  readonly entry: string;
  readonly resolve: InputResolver;
  readonly limits: EvaluationLimits;
  /** Version of sys. */
  readonly version: string;
  /** Where files are read of which only the hash counts, if not where all others are. */
  readonly contents?: ReadFs;
  /** Ends the evaluation, and what its recipes run. */
  readonly signal?: AbortSignal;
}

/** TOML, YAML and the build library are at most loaded once each. */
const MOST_ATTEMPTS = 4;

/**
 * Runs a config.
 * @throws SysError of kind "config" for what is wrong in the user's Lua; what `resolve` throws
 */
export async function evaluate(
  system: Pick<System, "fs" | "host" | "clock">,
  request: EvaluateRequest,
): Promise<Evaluation> {
  const resolve = once(request.resolve);
  return await withLibraries(system, request, async (evaluator, codecs) => {
    const declared = await evaluator.load("entry");
    const inputs = await resolve(declared);
    await evaluator.setInputs(inputs);
    const handed = await evaluator.call("setup");
    for (const library of evaluator.needed) await codecs.load(library);
    const outcome: Outcome = {
      declared,
      handed,
      messages: evaluator.messages,
      files: evaluator.filesRead(),
      own: evaluator.ownFiles(),
      sources: evaluator.sourcesRead(),
    };
    const recipes = recipeSession(evaluator);
    return () => placing(evaluator, () => evaluationOf(system, request, outcome, inputs, recipes));
  });
}

/** Evaluates, and once more from the start when a library was missing: an evaluation has no effects. */
async function withLibraries<T>(
  system: Pick<System, "fs" | "host" | "clock">,
  request: Omit<EvaluateRequest, "resolve">,
  attempt: (evaluator: Evaluator, codecs: Codecs) => Promise<() => T>,
): Promise<T> {
  const codecs = new Codecs();
  for (let attempts = 1;; attempts++) {
    const evaluator = new Evaluator(system, request, codecs);
    try {
      const finish = await attempt(evaluator, codecs);
      if (evaluator.missing === null) return finish();
      evaluator.close();
    } catch (error) {
      evaluator.close();
      if (evaluator.missing === null) throw error;
    }
    if (attempts === MOST_ATTEMPTS) throw new Error(`${evaluator.missing} cannot be loaded`);
    await codecs.load(evaluator.missing);
  }
}

/** The `inputs` table of the entry file in another folder. Its `setup` is not called, and need not be there. */
export async function declaredInputs(
  system: Pick<System, "fs" | "host" | "clock">,
  request: Omit<EvaluateRequest, "resolve">,
): Promise<Record<string, InputSpec>> {
  return await withLibraries(system, request, async (evaluator) => {
    const inputs = await evaluator.load("input");
    return () => {
      evaluator.close();
      return inputs;
    };
  });
}

/** Asks a resolver once, however often the evaluation is done. */
function once(resolve: InputResolver): InputResolver {
  let answer: Promise<ReadonlyMap<string, ResolvedInput>> | undefined;
  return (declared) => answer ??= resolve(declared);
}

/** Makes an evaluation of what running the config gave.
 * @throws SysError of kind "config" for declarations that cannot all be had */
export function evaluationOf(
  { host }: Pick<System, "host">,
  { entry }: Pick<EvaluateRequest, "entry">,
  outcome: Outcome,
  inputs: ReadonlyMap<string, ResolvedInput>,
  recipes: RecipeSession,
): Evaluation {
  const handed = JSON.parse(outcome.handed) as Declared;
  const byName = <T extends { readonly name: string }>(a: T, b: T) => (a.name < b.name ? -1 : 1);
  const manifest: Manifest = {
    version: 1,
    platform: platformOf(host),
    config: basename(entry),
    inputs: [...inputs.values()].map(({ name, type, rev, hash }) => ({ name, type, rev, hash }))
      .sort(byName),
    sources: [...handed.sources].sort((a, b) => (a.id < b.id ? -1 : 1)),
    derivations: orderDerivations(handed.derivations),
    activations: mergeActivations(handed, { home: host.home }),
    reads: [...handed.reads, ...fileFacts(outcome), ...homeFact(handed, host.home)]
      .sort((a, b) => (a.fact < b.fact ? -1 : 1)),
  };
  const { files, messages } = outcome;
  return { manifest, files, inputs, dir: dirname(entry), messages, recipes, outcome };
}

/** Facts about the config's own files, those of inputs aside. */
function fileFacts({ files, own }: Outcome): Read[] {
  const owned = new Set(own);
  return files.filter(({ path }) => owned.has(path))
    .map(({ path, content }) => ({ fact: `file:${path}`, value: sha256Hex(content) }));
}

/** Targets below the home start with `~` in a Manifest. Where one was written out, it depends on which home it is. */
function homeFact({ activations }: Declared, home: string): Read[] {
  const isBelowHome = (target: string) =>
    !target.startsWith("~") && normalizeTarget(target, home).startsWith("~");
  const read = activations.some(({ user, actions }) =>
    user === null && actions.some((action) => "target" in action && isBelowHome(action.target))
  );
  return read ? [{ fact: "home", value: home }] : [];
}

/** Adds the line of the source to errors that know only its number. */
function placing<T>(evaluator: Evaluator, merge: () => T): T {
  try {
    return merge();
  } catch (error) {
    if (!(error instanceof SysError) || error.place === undefined) throw error;
    throw new SysError(error.kind, error.message, {
      place: showPlace(evaluator, error.place),
      hint: error.hint,
      notes: error.notes,
    });
  }
}
