/** What keeps a command from saying what is not so any more. */
import type { Mutation } from "./mutation.ts";

const RECALL = "tests/recall/recall_test.ts";
const RECORD = "tests/recall/record_test.ts";
const START = "tests/cli/start_test.ts";
const NOTES = "src/recall/notes.ts";
const NOTING_FS = "src/recall/noting_fs.ts";

export const RECALLED: readonly Mutation[] = [
  {
    name: "what changed just now is remembered",
    file: NOTES,
    find: "if (!this.#isOld(info)) this.spoil();",
    replace: "",
    test: RECALL,
  },
  {
    name: "a link is not followed to what was read",
    file: NOTES,
    find: 'if (info.kind !== "link") return;',
    replace: "return;",
    test: RECALL,
  },
  {
    name: "a relative link starts where its folder seems to be",
    file: NOTES,
    find: "return resolve(fs.realPath(dirname(path)), fs.readLink(path));",
    replace: "return resolve(dirname(path), fs.readLink(path));",
    test: RECALL,
  },
  {
    name: "the times of a folder tell nothing of its entries",
    file: "src/recall/noting_fs.ts",
    find: "    noting.entries(path, info);\n",
    replace: "",
    test: RECALL,
  },
  {
    name: "that another sys was waited for is said again",
    file: "src/cli/lock.ts",
    find: "      session.forget();\n",
    replace: "",
    test: "tests/cli/start_test.ts",
  },
  {
    name: "what is seen to change meanwhile does not count",
    file: NOTES,
    find: "else if (before !== answer) this.spoil();",
    replace: "",
    test: RECALL,
  },
  {
    name: "an unchanged folder vouches for its files",
    file: NOTES,
    find: 'answer === NOTHING || answer.startsWith("link ")',
    replace: "true",
    test: RECALL,
  },
  {
    name: "a changed folder says that all in it has changed",
    file: "src/recall/recall.ts",
    find: "if (covers === undefined && !same) return false;",
    replace: "if (!same) return false;",
    test: RECALL,
  },
  {
    name: "a changed folder is taken for unchanged",
    file: "src/recall/recall.ts",
    find: "if (covers !== undefined && same) looks.skip(covers);",
    replace: "if (covers !== undefined) looks.skip(covers);",
    test: RECALL,
  },
  {
    name: "a command that writes is remembered",
    file: NOTING_FS,
    find: "const spoiled = () => {\n    noting.spoil();\n    return inner;",
    replace: "const spoiled = () => {\n    return inner;",
    test: RECALL,
  },
  {
    name: "reading is not noted",
    file: NOTING_FS,
    find: "noting.content(path);\n      return reading();",
    replace: "return reading();",
    test: RECALL,
  },
  {
    name: "a record is believed whoever may write it",
    file: "src/recall/recall.ts",
    find: "(info.mode & 0o077) !== 0",
    replace: "false",
    test: RECALL,
  },
  {
    name: "a damaged record is believed",
    file: "src/recall/record.ts",
    find: "if (head !== `${FORM} ${checksum(body)}`) return null;",
    replace: "",
    test: RECORD,
  },
  {
    name: "records pile up",
    file: "src/recall/remember.ts",
    find: "n + 1 >= most.commands || ",
    replace: "",
    test: RECALL,
  },
  {
    name: "another executable says what the former would have said",
    file: "src/recall/place.ts",
    find: "JSON.stringify([program, args, cwd, terminals])",
    replace: "JSON.stringify([args, cwd, terminals])",
    test: START,
  },
  {
    name: "how long something took is said again",
    file: "src/cli/command.ts",
    find: "if (key === null || timed || ",
    replace: "if (key === null || ",
    test: START,
  },
  {
    name: "where records lie, any file is removed",
    file: "src/recall/remember.ts",
    find: ".filter((name) => OWN.test(name))",
    replace: "",
    test: RECALL,
  },
  {
    name: "what is remembered grows without bound",
    file: "src/recall/remember.ts",
    find: " || bytes > most.bytes",
    replace: "",
    test: RECALL,
  },
  {
    name: "root remembers in a user's store",
    file: "src/recall/remember.ts",
    find: " && (fs.uid === null || info.uid === fs.uid)",
    replace: "",
    test: RECALL,
  },
  {
    name: "an executable in another's place with its size and time is taken for it",
    file: "src/system/identity.ts",
    find: ", ctime?.getTime()",
    replace: "",
    test: "tests/system/identity_test.ts",
  },
  {
    name: "gc leaves what configs have said",
    file: "src/journeys/collect.ts",
    find: "    forgetAll(system.fs, root);\n",
    replace: "",
    test: START,
  },
];
