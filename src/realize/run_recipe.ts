/** Takes a recipe, runs it: one operation after the other, until it is done or fails. */
import { SysError } from "../errors.ts";
import { filledIn } from "./filled_in.ts";
import type { Recipe, RecipeStep, Reply } from "./recipe.ts";
import type { BuildContext } from "./build_context.ts";

/** @throws SysError of kind "build" or "fetch" with the recipe's own place */
export async function runRecipe(
  context: BuildContext,
  recipe: Recipe,
  known: ReadonlyMap<string, string>,
): Promise<void> {
  const { signal, places: { outputs, seen }, environment: env, system: { host } } = context;
  const form = (path: string) => context.within.told(path);
  const named = host.os === "windows" ? mapped(known, form) : known;
  let step: RecipeStep = await recipe.start({
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, path]) => [name, form(path)]),
    ),
    tmp: form(seen.tmp),
    env,
    cores: host.processors,
    jobserver: context.jobserver.makeflags,
    known: named,
  });
  // The error that the recipe was told last, which says more than the one that Lua makes of it.
  let told: SysError | null = null;
  // What recipes can do is loaded when one asks for it: most commands build nothing.
  const { runOperation } = await import("./ops.ts");
  while (step.kind === "call") {
    signal.throwIfAborted();
    let reply: Reply;
    try {
      const args = filledIn(step.args, named) as typeof step.args;
      reply = { ok: true, value: await runOperation(context, step.op, args) };
      told = null;
    } catch (thrown) {
      signal.throwIfAborted();
      // Anything else is no fault of the recipe's.
      if (!(thrown instanceof SysError)) throw thrown;
      told = thrown;
      reply = { ok: false, message: thrown.message, hint: thrown.hint };
    }
    step = await recipe.resume(reply);
  }
  if (step.kind === "done") return;
  const { error } = step;
  if (told === null || !error.message.includes(told.message)) throw error;
  throw new SysError(told.kind === "fetch" ? "fetch" : "build", error.message, {
    place: error.place,
    hint: told.hint ?? error.hint,
    notes: [...told.notes, ...error.notes.filter((note) => !told.notes.includes(note))],
    cause: told,
  });
}

function mapped(
  paths: ReadonlyMap<string, string>,
  form: (path: string) => string,
): ReadonlyMap<string, string> {
  return new Map(Array.from(paths, ([name, path]) => [name, form(path)]));
}
