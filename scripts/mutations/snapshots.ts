/** What snapshots share, and the list of them. */
import type { Mutation } from "./mutation.ts";

export const SNAPSHOTS: readonly Mutation[] = [
  {
    name: "what damaged snapshots shared stays where it is",
    file: "src/snapshot/set_aside.ts",
    find: "      if (thrown instanceof Damage) return [basePath(root, base)];",
    replace: "      if (thrown instanceof Damage) return [];",
    test: "tests/stories/damaged_test.ts",
  },
  {
    name: "what snapshots share is believed",
    file: "src/snapshot/base.ts",
    find: '  if (sha256Hex(bytes) !== hash) throw damage("has changed");',
    replace: "",
    test: "tests/snapshot/shared_test.ts",
  },
  {
    name: "a damaged base is not written again",
    file: "src/snapshot/record.ts",
    find: "    return false;\n  }\n}",
    replace: "    return true;\n  }\n}",
    test: "tests/snapshot/shared_test.ts",
  },
  {
    name: "a snapshot keeps what its base has not",
    file: "src/snapshot/edits.ts",
    find: "if (from >= to || to > length) throw",
    replace: "if (from >= to) throw",
    test: "tests/snapshot/shared_test.ts",
  },
  {
    name: "bases are never made anew",
    file: "src/snapshot/record.ts",
    find: "if (base && edits && spent <= base.size) {",
    replace: "if (base && edits) {",
    test: "tests/snapshot/shared_test.ts",
  },
  {
    name: "lines that move make all entries new",
    file: "src/snapshot/edits.ts",
    find: "  const follow = follower(moves);\n  const lists = mapLists((name) => {",
    replace:
      "  moves.length = 0;\n  const follow = follower(moves);\n  const lists = mapLists((name) => {",
    test: "tests/snapshot/shared_test.ts",
  },
  {
    name: "an undone apply leaves its base",
    file: "src/activation/undo.ts",
    find: "  removeUnneededBases(fs, root);\n",
    replace: "",
    test: "tests/activation/crash_test.ts",
    filter: "of much",
  },
  {
    name: "a base that a damaged snapshot may need is removed",
    file: "src/snapshot/remove.ts",
    find: "      if (thrown instanceof SysError) return new Set();",
    replace: "      if (thrown instanceof SysError) continue;",
    test: "tests/snapshot/shared_test.ts",
  },
  {
    name: "gc leaves what no snapshot shares",
    file: "src/journeys/collect.ts",
    find: "    removeUnneededBases(system.fs, root);\n",
    replace: "",
    test: "tests/journeys/needed_test.ts",
  },
  {
    name: "the index is believed",
    file: "src/snapshot/summary.ts",
    find: "found !== undefined && isSame(found.file, identityOf(info))",
    replace: "found !== undefined",
    test: "tests/snapshot/summary_test.ts",
  },
  {
    name: "the index is not used",
    file: "src/snapshot/summary.ts",
    find: "found !== undefined && isSame(found.file, identityOf(info))",
    replace: "found === null",
    test: "tests/snapshot/summary_test.ts",
  },
  {
    name: "an index that can't be written stops an apply",
    file: "src/snapshot/summary.ts",
    find: "    if (!(thrown instanceof SysError)) throw thrown;",
    replace: "    throw thrown;",
    test: "tests/snapshot/summary_test.ts",
  },
];
