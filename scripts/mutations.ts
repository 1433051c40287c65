/** Changes that break a promise, each with the test that has to notice it. */
export interface Mutation {
  /** What is broken. */
  readonly name: string;
  readonly file: string;
  /** Is in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** A test file, or a folder of them. */
  readonly test: string;
  /** Only tests whose name has this. */
  readonly filter?: string;
}

const POWER = "tests/activation/power_cut_test.ts";
const STORE = "tests/store/power_cut_test.ts";
const HISTORY = "tests/snapshot/power_cut_test.ts";

/** A flush that is left out. */
function unflushed(
  file: string,
  find: string,
  test: string,
  more: Partial<Mutation> = {},
): Mutation {
  return { name: `without ${find.trim().split("\n")[0]}`, file, find, replace: ";", test, ...more };
}

export const MUTATIONS: readonly Mutation[] = [
  unflushed(
    "src/activation/perform.ts",
    "if (fs.lstat(stored) !== null) fs.syncDir(stored);",
    POWER,
  ),
  unflushed("src/activation/perform.ts", "flushFolders(fs, plan.steps);", POWER),
  unflushed("src/activation/flush.ts", "    fs.syncDir(folder);", POWER),
  unflushed(
    "src/activation/keep.ts",
    "if (fs.lstat(originalsFolder(root)) !== null) fs.syncDir(originalsFolder(root));",
    POWER,
  ),
  unflushed("src/activation/undo.ts", "fs.syncDir(snapshotFolder(root));", POWER),
  {
    name: "undoing flushes no folders",
    file: "src/activation/undo.ts",
    find: "() => flushFolders(fs, header.steps)",
    replace: "() => {}",
    test: POWER,
  },
  unflushed("src/activation/journal.ts", "      file.sync();", POWER),
  unflushed("src/activation/journal.ts", "      this.fs.syncDir(journalFolder(this.root));", POWER),
  unflushed("src/activation/journal.ts", "  fs.syncDir(journalFolder(root));\n}", POWER, {
    replace: "}",
  }),
  unflushed("src/activation/path_step.ts", "      file.sync();", POWER),
  unflushed("src/activation/path_step.ts", "  flushFolder(fs, path);", POWER),
  unflushed("src/system/folders.ts", "fs.syncDir(above)", POWER, { replace: "{}" }),
  unflushed("src/snapshot/files.ts", "    file.sync();", HISTORY),
  {
    name: "a snapshot's name is not flushed",
    file: "src/snapshot/files.ts",
    find: "  fs.rename(beside, path);\n  fs.syncDir(dirname(path));\n}\n\n/** Points",
    replace: "  fs.rename(beside, path);\n}\n\n/** Points",
    test: POWER,
  },
  {
    name: "`current` is not flushed",
    file: "src/snapshot/files.ts",
    find: "  fs.rename(beside, path);\n  fs.syncDir(dirname(path));\n}\n\n/** What",
    replace: "  fs.rename(beside, path);\n}\n\n/** What",
    test: HISTORY,
  },
  unflushed(
    "src/snapshot/history.ts",
    "  fs.remove(path);\n  fs.syncDir(snapshotFolder(root));",
    HISTORY,
    { replace: "  fs.remove(path);" },
  ),
  unflushed(
    "src/snapshot/history.ts",
    "  if (fs.lstat(snapshotFolder(root)) !== null) fs.syncDir(snapshotFolder(root));",
    HISTORY,
  ),
  unflushed(
    "src/snapshot/set_aside.ts",
    "if (aside.length > 0) fs.syncDir(snapshotFolder(root));",
    HISTORY,
  ),
  {
    name: "names of objects are not flushed",
    file: "src/journeys/check_objects.ts",
    find: "for (const folder of [obj, refs]) if",
    replace: "for (const folder of [refs]) if",
    test: STORE,
  },
  {
    name: "names of records are not flushed",
    file: "src/journeys/check_objects.ts",
    find: "for (const folder of [obj, refs]) if",
    replace: "for (const folder of [obj]) if",
    test: STORE,
  },
  unflushed("src/store/add.ts", "      handle.sync();", STORE),
  unflushed("src/store/copy.ts", "      if (copy === this.to) target.sync();", STORE),
  unflushed("src/store/store_writer.ts", "    this.fs.syncDir(parent);", STORE),
  unflushed("src/store/write_atomic.ts", "      if (options.flush) handle.sync();", STORE),
  unflushed("src/inputs/lock.ts", "    file.sync();", "tests/inputs/lock_test.ts"),
];
