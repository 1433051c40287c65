/** What people are told. */
import type { Mutation } from "./mutation.ts";

export const TOLD: readonly Mutation[] = [
  {
    name: "a full disk is said without what helps",
    file: "src/system/fs.ts",
    find: "...(hint ? { hint } : {}) });",
    replace: "});",
    test: "tests/stories/full_disk_test.ts",
  },
  {
    name: "a damaged cache is said without what helps",
    file: "src/fetch/in_cache.ts",
    find: "throw aboutCache(cacheDir, thrown);",
    replace: "throw (void aboutCache, thrown);",
    test: "tests/fetch/in_cache_test.ts",
  },
  {
    name: "the plan does not say what needs root",
    file: "src/plan/plan.ts",
    find: "if (closed !== undefined) {",
    replace: "if (closed === undefined && closed !== undefined) {",
    test: "tests/journeys/needs_root_test.ts",
  },
];
