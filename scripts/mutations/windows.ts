/** What Windows refuses or does otherwise. */
import type { Mutation } from "./mutation.ts";

const FS = "src/system/windows/windows_fs.ts";
const TEST = "tests/system/windows_fs_test.ts";

export const WINDOWS: readonly Mutation[] = [
  {
    name: "what another program has open is given up at once",
    file: "src/system/windows/patience.ts",
    find: "  if (tries >= waits.length) throw thrown;\n",
    replace: "  if (tries >= 0) throw thrown;\n",
    test: TEST,
  },
  {
    name: "another name of what was removed can be written",
    file: FS,
    find: "        file.chmod(0o444);\n",
    replace: "",
    test: TEST,
  },
  {
    name: "the relative target of a link is looked for elsewhere",
    file: FS,
    find: "const target = resolve(dirname(path), to);",
    replace: 'const target = resolve("/", to);',
    test: TEST,
  },
  {
    name: "names that Windows cannot have are made",
    file: FS,
    find: '  if (refused) throw failure("EINVAL", refused.why);\n',
    replace: "  void refused;\n",
    test: TEST,
  },
  {
    name: "long paths are given as they are",
    file: FS,
    find: "const LONG = 240;",
    replace: "const LONG = 100_000;",
    test: TEST,
  },
  {
    name: "a reparse point is taken for a link",
    file: FS,
    find: 'const kind = info.kind === "link" ? this.#kindOfPoint(path, info) : info.kind;',
    replace: "const kind = info.kind;",
    test: TEST,
  },
  {
    name: "a junction leads to where a source lies that is to be stored",
    file: "src/activation/possible.ts",
    find: "to: stored ? realInStore(fs, to) : fs.realPath(to)",
    replace: "to: fs.realPath(to)",
    test: "tests/stories/worlds_test.ts",
  },
  {
    name: "what is read-only and runs can't be removed",
    file: FS,
    find: "      if (!isRefusal(thrown) || info.kind",
    replace: "      if (isClosed || !isRefusal(thrown) || info.kind",
    test: TEST,
  },
  {
    name: "what is read-only and runs can't be replaced",
    file: FS,
    find: "        if (!isRefusal(thrown)) throw thrown;\n      }\n    }\n    this.#aside.around",
    replace: "        throw thrown;\n      }\n    }\n    this.#aside.around",
    test: TEST,
  },
  {
    name: "what was moved out of the way of a rename that failed stays away",
    file: "src/system/windows/aside.ts",
    find: "      patiently(() => this.calls.rename(this.native(moved), this.native(path)));\n",
    replace: "",
    test: TEST,
  },
  {
    name: "states are wanted that the disk can't hold",
    file: "src/activation/possible.ts",
    find: 'mode: heldMode(fs.holds, "file", state.mode)',
    replace: "mode: state.mode",
    test: "tests/activation/windows_test.ts",
  },
  {
    name: "permissions stay behind when a folder is renamed",
    file: "src/system/moded_fs.ts",
    find: "      modes.move(from, to);\n",
    replace: "",
    test: "tests/system/moded_fs_test.ts",
  },
  {
    name: "a task runs on from its former description",
    file: "src/platform/services/task_manager.ts",
    find: "  await end(world, service, await stateOf(world, service));\n",
    replace: "",
    test: "tests/platform/windows/tasks_test.ts",
  },
];
