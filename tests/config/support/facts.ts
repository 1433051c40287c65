import type { RecipeFacts } from "../../../src/realize/recipe.ts";

/** What a recipe is told of a build that never is one. */
export const FACTS: RecipeFacts = {
  outputs: { out: "/out" },
  tmp: "/tmp",
  env: {},
  cores: 2,
  jobserver: "-j2",
  known: new Map(),
};
