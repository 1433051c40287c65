/** What `lib.build` promises. */
import type { Mutation } from "./mutation.ts";

export const LIBRARY: readonly Mutation[] = [
  {
    name: "symbols whose name is the end of an RPATH lose it",
    file: "src/realize/shrink_rpath.ts",
    find: "  bytes.fill(0, at, at + before.length - tail);\n",
    replace: "  bytes.fill(0, at, at + before.length);\n",
    test: "tests/realize/shrink_rpath_test.ts",
  },
  {
    name: "a build-id tells of what is not in the file any more",
    file: "src/realize/renew_build_id.ts",
    find: "    bytes.fill(0, at, at + length);\n",
    replace: "",
    test: "tests/realize/shrink_rpath_test.ts",
  },
  {
    name: "paths that a compiler has cut are not told of",
    file: "src/realize/inspect/cut_paths.ts",
    find: "if (!whole) return true;",
    replace: "",
    test: "tests/realize/inspect/cut_paths_test.ts",
  },
  {
    name: "an empty RPATH stays",
    file: "src/realize/shrink_rpath.ts",
    find: "if (kept.length === 0) dropEntry",
    replace: "if (kept.length < 0) dropEntry",
    test: "tests/realize/shrink_rpath_test.ts",
  },
  {
    name: "a config that captures lib.build depends on all of it",
    file: "src/lua/build_library.generated.ts",
    find: "{ wrap = contents.wrap }",
    replace: "contents",
    test: "tests/config/build_library_test.ts",
    filter: "hash covers",
  },
  {
    name: "what is captured is counted otherwise when it is built",
    file: "src/lua/stdlib/recipe.lua",
    find: "state.count = data.counted",
    replace: "state.count = 0",
    test: "tests/config/recipes_test.ts",
    filter: "captured twice",
  },
  {
    name: "manuals that name a place are compressed",
    file: "src/lua/build_library.generated.ts",
    find: "if ! grep -q -F -e",
    replace: "if true || grep -q -F -e",
    test: "tests/stories/build_library_test.ts",
    filter: "uses it",
  },
];
