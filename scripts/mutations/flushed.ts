/** What is on the disk when the power is cut. */
import { type Mutation, unflushed } from "./mutation.ts";

const POWER = "tests/activation/power_cut_test.ts";
const STORE = "tests/store/power_cut_test.ts";
const FILE_RECORDS = "tests/store/file_records_test.ts";
const HISTORY = "tests/snapshot/power_cut_test.ts";

export const FLUSHED: readonly Mutation[] = [
  unflushed(
    "src/activation/perform.ts",
    "if (fs.lstat(stored) !== null) fs.syncDir(stored);",
    POWER,
  ),
  unflushed(
    "src/activation/perform.ts",
    "    flushFolders(fs, plan.steps);\n    throwIfAborted",
    POWER,
    { replace: "    throwIfAborted" },
  ),
  unflushed("src/system/flush_all.ts", "    fs.syncDir(folder);", POWER),
  unflushed("src/activation/write_ahead.ts", "    fs.syncAll(dirname(files[0].path));", POWER),
  {
    name: "many folders are not flushed",
    file: "src/system/flush_all.ts",
    find: "fs.canSyncAll(first)) fs.syncAll(first);",
    replace: "fs.canSyncAll(first)) continue;",
    test: POWER,
  },
  {
    name: "what was written ahead of its step stays beside its place",
    file: "src/activation/write_ahead.ts",
    find: "    onBegin(this.#until - 1);",
    replace: "    onBegin(index);",
    test: "tests/activation/crash_test.ts",
  },
  unflushed(
    "src/activation/keep.ts",
    "    if (fs.lstat(folder) !== null) fs.syncDir(folder);",
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
  unflushed("src/store/aside.ts", "      fs.syncDir(layout.obj);", "tests/store/aside_test.ts"),
  unflushed(
    "src/store/aside.ts",
    "    fs.syncDir(layout.obj);\n    for",
    "tests/store/aside_test.ts",
    { replace: "    for" },
  ),
  unflushed("src/activation/path_step.ts", "    if (flush) file.sync();", POWER),
  {
    name: "of a folder that is made or put back only its name is flushed",
    file: "src/activation/flush.ts",
    find:
      '    if (step.before.kind === "dir" || step.after.kind === "dir") touched.add(step.path);',
    replace: "",
    test: "tests/activation/path_step_test.ts",
  },
  unflushed("src/system/folders.ts", "fs.syncDir(above)", POWER, { replace: "{}" }),
  unflushed("src/system/write_atomic.ts", "      if (flush) file.sync();", HISTORY),
  {
    name: "a snapshot's name and `current` are not flushed",
    file: "src/snapshot/files.ts",
    find: "  writeFlushed(fs, path, content, mode);\n  fs.syncDir(dirname(path));",
    replace: "  writeFlushed(fs, path, content, mode);",
    test: HISTORY,
  },
  unflushed(
    "src/snapshot/history.ts",
    "!== null) fs.remove(path);\n  fs.syncDir(snapshotFolder(root));",
    HISTORY,
    { replace: "!== null) fs.remove(path);" },
  ),
  unflushed(
    "src/snapshot/remove.ts",
    "  if (fs.lstat(snapshotFolder(root)) !== null) fs.syncDir(snapshotFolder(root));",
    HISTORY,
  ),
  unflushed(
    "src/snapshot/set_aside.ts",
    "if (paths.length > 0) fs.syncDir(snapshotFolder(root));",
    HISTORY,
  ),
  {
    name: "names of objects are not flushed",
    file: "src/journeys/flush_names.ts",
    find: "for (const folder of [obj, refs]) if",
    replace: "for (const folder of [refs]) if",
    test: STORE,
  },
  {
    name: "names of records are not flushed",
    file: "src/journeys/flush_names.ts",
    find: "for (const folder of [obj, refs]) if",
    replace: "for (const folder of [obj]) if",
    test: STORE,
  },
  unflushed("src/store/stage.ts", "      if (flush) handle.sync();", STORE),
  unflushed(
    "src/store/add.ts",
    "    if (together && made.length > 0) fs.syncAll(layout.dir);",
    STORE,
  ),
  unflushed(
    "src/store/file_records.ts",
    "    if (seals.some(([, seal]) => seal === null)) file.sync();",
    FILE_RECORDS,
  ),
  {
    name: "half a line about a file spoils the next",
    file: "src/store/file_records.ts",
    find: "`\\n${kind}",
    replace: "`${kind}",
    test: FILE_RECORDS,
  },
  {
    name: "a file that refers to others is still told to refer to none",
    file: "src/store/record.ts",
    find:
      "  if (fileRecords(fs, layout).has(object)) addFileRecords(fs, layout, [[object, null]]);\n",
    replace: "",
    test: FILE_RECORDS,
  },
  {
    name: "what is recorded about files outlives them",
    file: "src/store/gc.ts",
    find: "storing(() => pruneFileRecords(fs, layout, has));",
    replace: "null;",
    test: FILE_RECORDS,
  },
  unflushed("src/store/store_writer.ts", "    this.fs.syncDir(parent);", STORE),
  unflushed("src/store/store_writer.ts", "    if (made.length > 0) this.fs.syncDir(dir);", STORE),
  unflushed("src/system/write_atomic.ts", "      if (flush) file.sync();", STORE),
  {
    name: "a lock of inputs is not flushed",
    file: "src/inputs/lock.ts",
    find: "{ spare, mode })",
    replace: "{ spare, mode, flush: false })",
    test: "tests/inputs/lock_test.ts",
  },
  {
    name: "a program that can't be started is thought to flush",
    file: "src/system/real_sync.ts",
    find: '"/dev/null/nothing");\n  } catch {\n    return false;',
    replace: '"/dev/null/nothing");\n  } catch {\n    return true;',
    test: "tests/system/real_sync_test.ts",
  },
  {
    name: "a program that does not tell what fails is thought to flush",
    file: "src/system/real_sync.ts",
    find: 'return !flushes(program, "/dev/null/nothing");',
    replace: 'return flushes(program, "/dev/null/nothing") || true;',
    test: "tests/system/real_sync_test.ts",
  },
  {
    name: "a folder is thought to be where the link to it is",
    file: "src/activation/write_ahead.ts",
    find: "folderAt(fs, folder)?.dev",
    replace: "fs.lstat(folder)?.dev",
    test: POWER,
  },
];
