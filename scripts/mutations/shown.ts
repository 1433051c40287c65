/** What keeps the plan that was shown the one that is performed, and the Manifest data. */
import type { Mutation } from "./mutation.ts";

const ONE_PLAN = "tests/journeys/one_plan_test.ts";
const CLOSED = "tests/journeys/closed_manifest_test.ts";

export const SHOWN: readonly Mutation[] = [
  {
    name: "nobody looks whether the world has moved",
    file: "src/plan/proposal.ts",
    find: "    ...differencesOfWorld(shown, now),\n",
    replace: "",
    test: ONE_PLAN,
  },
  {
    name: "a check is asked at every look",
    file: "src/journeys/revalidate.ts",
    find: ".filter(({ id }) => !asked.has(id))",
    replace: "",
    test: ONE_PLAN,
  },
  {
    name: "sources are not stored before the builds",
    file: "src/journeys/apply.ts",
    find: "  storeSources(machine, evaluated, activations, derivations);\n" +
      "  await realizeFrom(machine, evaluated, hashes, how);\n",
    replace: "  await realizeFrom(machine, evaluated, hashes, how);\n" +
      "  storeSources(machine, evaluated, activations, derivations);\n",
    test: ONE_PLAN,
  },
  {
    name: "a source may be another than the one that was evaluated",
    file: "src/journeys/sources.ts",
    find: "      expected: source.id,\n",
    replace: "",
    test: ONE_PLAN,
  },
  {
    name: "a plan does not see what is not stored yet",
    file: "src/system/redirected.ts",
    find: "if (to !== undefined) return",
    replace: "if (to === path) return",
    test: ONE_PLAN,
  },
  {
    name: "the session outlives the builds",
    file: "src/journeys/apply.ts",
    find: "  await endRecipes(machine, evaluated);\n}\n",
    replace: "}\n",
    test: CLOSED,
  },
  {
    name: "a private config is kept for all to read",
    file: "src/journeys/config_files.ts",
    find: "(mode & 0o777) | 0o400",
    replace: "0o644",
    test: CLOSED,
  },
  {
    name: "the home is no fact",
    file: "src/config/evaluate.ts",
    find: ", ...homeFact(handed, host.home)]",
    replace: "]",
    test: CLOSED,
  },
];
