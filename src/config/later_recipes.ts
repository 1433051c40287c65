/** Takes what evaluates a config once more, gives what drives its builds: the VM is made when the first of them needs
 * it. */
import type { Recipe } from "../realize/recipe.ts";
import type { RecipeSession } from "./types.ts";

/** @param evaluate gives the session of an evaluation; asked once at most */
export function laterRecipes(evaluate: () => Promise<RecipeSession>): RecipeSession {
  let session: Promise<RecipeSession> | undefined;
  const started = () => session ??= evaluate();
  return {
    resolved: async (derivation, dependencies) =>
      await (await started()).resolved(derivation, dependencies),
    open: (derivation) => {
      const recipe: Promise<Recipe> = started().then((session) => session.open(derivation));
      // Whoever opens it asks for its first step, and is told then.
      recipe.catch(() => {});
      return {
        start: async (facts) => await (await recipe).start(facts),
        resume: async (reply) => await (await recipe).resume(reply),
      };
    },
    close: () => (session?.then((session) => session.close(), () => {}), 0),
  };
}
