/** What has to be noticed before a config is not run again. */
import type { Mutation } from "./mutation.ts";

const FILE = "src/journeys/recalled.ts", TEST = "tests/journeys/recalled_test.ts";

export const EVALUATED: readonly Mutation[] = [
  {
    name: "a hash that a config names before a file has it is exchanged",
    file: FILE,
    find: "if (names(handed, renewed.ids)) return null;",
    replace: "",
    test: TEST,
  },
  {
    name: "a file is taken for another with the same content",
    file: FILE,
    find: " || files.get(id) !== 1",
    replace: "",
    test: TEST,
  },
  {
    name: "a hash in the midst of a text is exchanged",
    file: FILE,
    find: "const alone = before !== undefined && after !== undefined;",
    replace: "const alone = true;",
    test: TEST,
  },
  {
    name: "a hash that Lua has seen is exchanged",
    file: FILE,
    find: "const fixed = shown ||",
    replace: "const fixed =",
    test: TEST,
  },
  {
    name: "a hash that is elsewhere, too, is exchanged",
    file: FILE,
    find: " || found.get(id) !== times + 1",
    replace: "",
    test: TEST,
  },
  {
    name: "two sources become one unnoticed",
    file: FILE,
    find: "source.fixed || taken.has(id)",
    replace: "source.fixed",
    test: TEST,
  },
  {
    name: "a file that may change within its time is believed",
    file: FILE,
    find: "info.ctime === null || info.ctime > since - TICK",
    replace: "info.ctime === null",
    test: TEST,
  },
  {
    name: "inputs are taken for what they were",
    file: FILE,
    find: "if (JSON.stringify([...inputs]) !== JSON.stringify(kept.inputs)) return null;",
    replace: "",
    test: TEST,
  },
  {
    name: "files are taken for what they were",
    file: FILE,
    find: "if (sha256Hex(content) !== hash) return null;",
    replace: "",
    test: TEST,
  },
  {
    name: "builds are those of another config",
    file: "src/journeys/evaluate.ts",
    find: "if (derivations(again.outcome.handed) === derivations(outcome.handed)) return",
    replace: "return",
    test: TEST,
  },
];
