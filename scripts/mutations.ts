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
const FILE_RECORDS = "tests/store/file_records_test.ts";
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

const ORIGINALS = "tests/activation/originals_test.ts";
const DELETED = "tests/journeys/originals_test.ts";
const EDITS = "tests/journeys/edits_test.ts";

/** What keeps originals and edits. */
const KEEPING: readonly Mutation[] = [
  {
    name: "the object of a skipped edit is let go",
    file: "src/plan/wanted.ts",
    find: "  if (left.length === 0) return wanted;\n  const objects",
    replace: "  return wanted;\n  const objects",
    test: EDITS,
    filter: "skipped",
  },
  {
    name: "a newline in a name breaks its row",
    file: "src/cli/render/words.ts",
    find: "row.map(oneLine)",
    replace: "row",
    test: "tests/cli/words_test.ts",
  },
  {
    name: "what is skipped may be linked to from elsewhere",
    file: "src/journeys/apply.ts",
    find: "filter((object) => !others.has(object))",
    replace: "filter((object) => object || others)",
    test: EDITS,
    filter: "linked to from nowhere else",
  },
  {
    name: "what a look is followed by is opened through a link",
    file: "src/activation/observe.ts",
    find: "fs.openItself(path)",
    replace: "fs.openRead(path) as ReturnType<typeof fs.openItself>",
    test: "tests/activation/swapped_test.ts",
    filter: "nor waited for",
  },
  {
    name: "the thing itself is not put back",
    file: "src/activation/path_step.ts",
    find: "if (bringBackHeld(fs, path, to)) return;",
    replace: "",
    test: ORIGINALS,
    filter: "hard links are as before",
  },
  {
    name: "what is held is put back whatever became of it",
    file: "src/activation/path_step.ts",
    find: "held === undefined || !sameState(stateAt(fs, held), to)",
    replace: "held === undefined",
    test: ORIGINALS,
    filter: "another name",
  },
  {
    name: "the owner is not put back where nothing can be linked",
    file: "src/activation/path_step.ts",
    find: "const whose = to.kept ?? owner;",
    replace: "const whose = owner;",
    test: ORIGINALS,
    filter: "nothing can be linked",
  },
  {
    name: "the time is not put back where nothing can be linked",
    file: "src/activation/path_step.ts",
    find: "if (to.kept) thing.utime(to.kept.mtime);",
    replace: "",
    test: ORIGINALS,
    filter: "nothing can be linked",
  },
  {
    name: "content is put in place unchecked",
    file: "src/activation/path_step.ts",
    find: 'if (hash.digest("hex") === state.digest) return;',
    replace: "if (hash) return;",
    test: ORIGINALS,
    filter: "after the plan",
  },
  {
    name: "a lost original stops everything",
    file: "src/plan/plan.ts",
    find: "} else if (this.world.lost.has(was.path)) {",
    replace: "} else if (this.world.lost.size < 0) {",
    test: ORIGINALS,
    filter: "what is damaged",
  },
  {
    name: "a large original is not flushed",
    file: "src/store/copy.ts",
    find: "if (copy === this.to) target.sync();",
    replace: "",
    test: ORIGINALS,
    filter: "flushed",
  },
  {
    name: "what is held for nobody stays",
    file: "src/activation/originals.ts",
    find: "if ((fs.lstat(held)?.nlink ?? 1) > 1) fs.remove(held);",
    replace: "",
    test: ORIGINALS,
    filter: "before its journal",
  },
  {
    name: "repair lets go what a later apply replaced",
    file: "src/activation/originals.ts",
    find: "!unrestored.has(one.path) && isInPlace(fs, one)",
    replace: "!unrestored.has(one.path)",
    test: ORIGINALS,
    filter: "a later apply manages",
  },
  {
    name: "--forget forgets too much",
    file: "src/activation/recover.ts",
    find: "if (forget && journal.unrestored) forgotten",
    replace: "if (forget) forgotten",
    test: ORIGINALS,
    filter: "can still be undone",
  },
  {
    name: "--forget drops what was there",
    file: "src/activation/originals.ts",
    find: "  addOriginals(fs, root, some);\n",
    replace: "",
    test: ORIGINALS,
    filter: "given up",
  },
  {
    name: "gc takes what is listed",
    file: "src/journeys/collect.ts",
    find: "...originalContents(system.fs, root)",
    replace: "",
    test: DELETED,
    filter: "gc keeps",
  },
  {
    name: "originals on the list go with the store",
    file: "src/journeys/save_originals.ts",
    find: "...listed(here), ",
    replace: "",
    test: DELETED,
    filter: "delete all",
  },
  {
    name: "originals that nothing names go with the store",
    file: "src/journeys/save_originals.ts",
    find: ", ...nameless(fs, root, digests)",
    replace: "",
    test: DELETED,
    filter: "nothing names",
  },
  {
    name: "files of others go with the store",
    file: "src/journeys/save_originals.ts",
    find: "const others = foreignFiles(fs, root, places.cache);",
    replace: "const others: string[] = [];",
    test: DELETED,
    filter: "somebody else",
  },
  {
    name: "the store is deleted where it lies",
    file: "src/machine/delete_root.ts",
    find: "fs.rename(join(root, part), join(away, part))",
    replace: "removeTree(fs, join(root, part))",
    test: DELETED,
    filter: "killed at",
  },
  {
    name: "the lock is left behind",
    file: "src/machine/delete_root.ts",
    find: '["lock.d", "lock"]',
    replace: '["lock.d"]',
    test: DELETED,
    filter: "hand edit that was replaced",
  },
  {
    name: "a lock on a file that is gone counts",
    file: "src/store/lock.ts",
    find: "if (now !== undefined && (before === undefined || now === before)) break;",
    replace: "break;",
    test: "tests/store/lock_test.ts",
    filter: "root was deleted",
  },
  {
    name: "root puts originals into users' folders as root",
    file: "src/journeys/originals.ts",
    find: "if (!host.elevated) return undefined;",
    replace: "if (host.elevated || !host.elevated) return undefined;",
    test: DELETED,
    filter: "that user's rights",
  },
  {
    name: "a damaged list of originals is a dead end",
    file: "src/activation/originals.ts",
    find: "if (listed === null) return;",
    replace: 'if (listed === null) throw new SysError("snapshot", "damaged");',
    test: ORIGINALS,
    filter: "damaged list",
  },
  {
    name: "an edit through a link is not asked about",
    file: "src/plan/plan.ts",
    find: "if (this.world.rewritten.get(path.path) !== true) this.#ask(path);",
    replace: "",
    test: EDITS,
  },
  {
    name: "an edit through a link is not kept",
    file: "src/journeys/edits.ts",
    find: "const kept = keepEdits(machine, files, current);",
    replace: "const kept: Original[] = [];",
    test: EDITS,
    filter: "made again",
  },
  {
    name: "an edit through a link is lost by a rollback",
    file: "src/journeys/restore.ts",
    find: "keepEdits(machine, editedFiles(machine, current), current)",
    replace: "[] as readonly Original[]",
    test: EDITS,
    filter: "rollback",
  },
  {
    name: "an edit through a link is lost by a repair",
    file: "src/journeys/repair_store.ts",
    find: "keepEdits(machine, machine.store.changed(lost), current)",
    replace: "[] as readonly Original[]",
    test: EDITS,
    filter: "a repair",
  },
];

/** What faults once were: each of these lines is the mend of one. */
const MENDS: readonly Mutation[] = [
  {
    name: "a rollback to what the disk holds already stays where it is",
    file: "src/journeys/restore.ts",
    find: "plan.changes || isElsewhere(current, provenance.restores)",
    replace: "plan.changes",
    test: "tests/stories/rollback_test.ts",
  },
  {
    name: "nobody looks behind links that lead out of the store",
    file: "src/activation/observe.ts",
    find: "if (live && kindBehind(fs, path.path) === undefined) dangling.add(path.path);",
    replace: "",
    test: "tests/activation/perform_test.ts",
  },
  {
    name: "the terminal obeys what others wrote",
    file: "src/cli/terminal/safe_console.ts",
    find: "this.raw.out(readable(text, this.colours.out))",
    replace: "this.raw.out(text)",
    test: "tests/cli/safe_console_test.ts",
  },
  {
    name: "the environment says who runs sys",
    file: "src/system/real.ts",
    find: 'const known = nameOfUser(readText("/etc/passwd"), this.uid);',
    replace: 'const known = this.env("USER") ?? nameOfUser(readText("/etc/passwd"), this.uid);',
    test: "tests/system/username_test.ts",
  },
  {
    name: "a root that only building made is root's alone",
    file: "src/store/store_writer.ts",
    find: "this.#folder(root, this.#shared ? 0o755 : 0o700);",
    replace: "this.#folder(root, 0o700); return;",
    test: "tests/store/first_lock_test.ts",
  },
  {
    name: "who makes the store takes no lock",
    file: "src/store/lock.ts",
    find: 'mode === "shared" && !options.creates',
    replace: 'mode === "shared"',
    test: "tests/store/first_lock_test.ts",
  },
  {
    name: "the folder of objects stays open",
    file: "src/store/obj_folder.ts",
    find: "    fs.chmod(obj, FOLDER_MODE);",
    replace: "    fs.chmod(obj, OPEN_MODE);",
    test: "tests/store/obj_folder_test.ts",
  },
  {
    name: "what was put aside is dropped",
    file: "src/store/aside.ts",
    find: "if (fs.lstat(to) === null) fs.rename(from, to);",
    replace: "if (from === to) fs.rename(from, to);",
    test: "tests/store/aside_test.ts",
  },
  {
    name: "private sources are stored for all to read",
    file: "src/store/copy.ts",
    find: "if (!isPrivate(info) && !(this.whole",
    replace: "if (isPrivate(info) || !(this.whole",
    test: "tests/store/privacy_test.ts",
  },
  {
    name: "a config may write into sys.lua's own places",
    file: "src/journeys/own_places.ts",
    find: "if (inside === undefined) continue;",
    replace: "if (inside !== null) continue;",
    test: "tests/stories/stow_test.ts",
  },
  {
    name: "links lead into sys.lua's own places",
    file: "src/journeys/own_places.ts",
    find: "isInside(path, one) || isInside(real, one)",
    replace: "real && isInside(path, one)",
    test: "tests/stories/stow_test.ts",
  },
  {
    name: "a link into what the config reads is written through",
    file: "src/plan/folders.ts",
    find: "    if (this.isLinkToSources(folder)) return make(now);\n",
    replace: "",
    test: "tests/stories/stow_test.ts",
  },
  {
    name: "a cached input is trusted by times that anybody can set",
    file: "src/inputs/cache.ts",
    find: 'size, mode, mtime, ctime, ino].join("\\0")',
    replace: 'size, mode, mtime, ino].join("\\0")',
    test: "tests/inputs/cache_test.ts",
  },
  {
    name: "adopting replaces a link of the repository",
    file: "src/journeys/sources.ts",
    find: '  return fs.lstat(whole)?.kind === "link" ? fs.realPath(whole) : whole;',
    replace: "  return whole;",
    test: "tests/stories/prompt_test.ts",
  },
  {
    name: "the home of an undone user stays",
    file: "src/platform/settings/kinds/user.ts",
    find: "after === null && made && found !== null",
    replace: "after === null && made && found === undefined",
    test: "tests/platform/home_test.ts",
  },
  {
    name: "damaged snapshots stay where they are",
    file: "src/snapshot/set_aside.ts",
    find: "    fs.rename(path, freeName(fs, `${path}.damaged`));\n  }",
    replace: "    path;\n  }",
    test: "tests/stories/damaged_test.ts",
  },
  {
    name: "a file that is written halfway stays beside",
    file: "src/system/write_atomic.ts",
    find: "    discard(() => fs.remove(spare));",
    replace: "",
    test: "tests/inputs/lock_test.ts",
    filter: "nothing beside",
  },
];

const BIND = "tests/activation/bind_test.ts";

/** What makes settings the right ones, and somebody's. */
const SETTINGS: readonly Mutation[] = [
  {
    name: "every setting is root's",
    file: "src/activation/binder.ts",
    find: "machine ? {} : this.account()",
    replace: "{}",
    test: BIND,
  },
  {
    name: "users come before their groups",
    file: "src/activation/binder.ts",
    find: ".sort((a, b) => a.rank - b.rank)",
    replace: "",
    test: BIND,
  },
  {
    name: "fields of users do not converge",
    file: "src/manifest/kinds/user.ts",
    find: ".filter(([, value]) => value !== null)",
    replace: ".filter(() => false)",
    test: BIND,
  },
  {
    name: "groups of users are dropped",
    file: "src/manifest/kinds/user.ts",
    find: "(groups ?? [])",
    replace: "([] as string[])",
    test: BIND,
  },
  {
    name: "a user's settings are given as root",
    file: "src/platform/settings/settings.ts",
    find: "account ? become(account, { argv, env }) : { argv, env }",
    replace: "{ argv, env }",
    test: "tests/platform/settings_test.ts",
  },
  {
    name: "programs are looked for on PATH only",
    file: "src/platform/settings/settings.ts",
    find: ":/usr/sbin:/sbin`",
    replace: "`",
    test: "tests/platform/settings_test.ts",
  },
  {
    name: "apt does not wait for its lock",
    file: "src/platform/settings/host_packages.ts",
    find: "DPkg::Lock::Timeout=600",
    replace: "X=1",
    test: "tests/platform/settings_test.ts",
  },
  {
    name: "root's managers are tried without root",
    file: "src/platform/settings/kinds/host_packages.ts",
    find: "? { blocked:",
    replace: "? { x:",
    test: "tests/platform/settings_test.ts",
  },
  {
    name: "settings go in the order in which they came",
    file: "src/plan/settings.ts",
    find: "removed.reverse()",
    replace: "removed",
    test: "tests/plan/settings_test.ts",
  },
  {
    name: "a package manager is run for each package",
    file: "src/plan/settings.ts",
    find: "last?.setting === setting && last",
    replace: "false && last",
    test: "tests/plan/settings_test.ts",
  },
  {
    name: "what is skipped is done",
    file: "src/plan/settings.ts",
    find: "same || skipped !== undefined",
    replace: "same",
    test: "tests/plan/settings_test.ts",
  },
  {
    name: "what is skipped is not told",
    file: "src/cli/render/plan.ts",
    find: "if (skipped.length > 0)",
    replace: "if (false)",
    test: "tests/cli/plan_text_test.ts",
  },
];
const ONE_PLAN = "tests/journeys/one_plan_test.ts";
const CLOSED = "tests/journeys/closed_manifest_test.ts";

/** What keeps the plan that was shown the one that is performed, and the Manifest data. */
const SHOWN: readonly Mutation[] = [
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
      "  await realizeFrom(machine, evaluated, hashes, settings);\n",
    replace: "  await realizeFrom(machine, evaluated, hashes, settings);\n" +
      "  storeSources(machine, evaluated, activations, derivations);\n",
    test: ONE_PLAN,
  },
  {
    name: "a source may be another than the one that was evaluated",
    file: "src/journeys/sources.ts",
    find: "const options = { expected: source.id, isPrivate",
    replace: "const options = { isPrivate",
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
    find: "  evaluated.recipes.close();\n}\n\n/** With everything built",
    replace: "}\n\n/** With everything built",
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
    find: ", ...homeFact(declared, host.home)]",
    replace: "]",
    test: CLOSED,
  },
];

const PROCESSES = "tests/system/processes_test.ts";
const REDIRECTS = "tests/fetch/http/redirects_test.ts";

/** What ends what runs, waits, and keeps secrets on the way. */
const RUNNING: readonly Mutation[] = [
  {
    name: "nothing kills the group when sys dies",
    file: "src/system/guard.ts",
    find: '[ -n "$group" ] && kill -s KILL -- "-$group"',
    replace: ":",
    test: PROCESSES,
    filter: "the one that runs it is killed",
  },
  {
    name: "nothing looks for what has left the group",
    file: "src/system/guard.ts",
    find: '[ -n "$1" ] || exit',
    replace: "exit",
    test: PROCESSES,
    filter: "left its process group",
  },
  {
    name: "there is no grace",
    file: "src/system/real_processes.ts",
    find: 'signalGroup(pid, "SIGTERM");',
    replace: 'signalGroup(pid, "SIGKILL");',
    test: PROCESSES,
    filter: "in order",
  },
  {
    name: "all output is kept in memory",
    file: "src/system/real_processes.ts",
    find: "if (capture) chunks.push",
    replace: "chunks.push",
    test: "tests/realize/output_test.ts",
    filter: "300 MB",
  },
  {
    name: "a lock that is granted late counts as held",
    file: "src/store/lock.ts",
    find: "const UNKNOWN = 1000;",
    replace: "const UNKNOWN = 25;",
    test: "tests/store/lock_test.ts",
    filter: "/a free lock|has a moment/",
  },
  {
    name: "holders that are dead count",
    file: "src/store/holders.ts",
    find: "return lives ? [found] : [];",
    replace: "return [found];",
    test: "tests/store/lock_test.ts",
    filter: "the dead",
  },
  {
    name: "holders are not looked for",
    file: "src/store/lock.ts",
    find: "return rivals.length > 0 || looks >= most;",
    replace: "return looks >= most;",
    test: "tests/store/lock_test.ts",
    filter: "first look",
  },
  {
    name: "redirects take credentials with them",
    file: "src/fetch/http/request.ts",
    find: "trusted &&= url.origin === origin;",
    replace: "trusted &&= origin !== null;",
    test: REDIRECTS,
  },
  {
    name: "credentials come back after a redirect elsewhere",
    file: "src/fetch/http/request.ts",
    find: "trusted &&= url.origin",
    replace: "trusted = url.origin",
    test: REDIRECTS,
  },
];

/** What builds and those who ask for them rely on. */
const BUILDING: readonly Mutation[] = [
  {
    name: "a lock on a derivation whose file has lost its name counts",
    file: "src/store/lock.ts",
    find: "if (leadsTo(fs, path, lock)) return unnaming",
    replace: "if (path !== null) return unnaming",
    test: "tests/store/lock_test.ts",
    filter: "many who build",
  },
];

export const MUTATIONS: readonly Mutation[] = [
  ...BUILDING,
  ...RUNNING,
  ...MENDS,
  ...KEEPING,
  ...SETTINGS,
  ...SHOWN,
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
  unflushed("src/activation/path_step.ts", "    folder.sync();", POWER),
  unflushed("src/system/folders.ts", "fs.syncDir(above)", POWER, { replace: "{}" }),
  unflushed("src/system/write_atomic.ts", "      if (flush) file.sync();", HISTORY),
  {
    name: "a snapshot's name is not flushed",
    file: "src/snapshot/files.ts",
    find: "{ spare, mode });\n  fs.syncDir(dirname(path));",
    replace: "{ spare, mode });",
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
  unflushed("src/store/add.ts", "      handle.sync();", STORE),
  unflushed("src/store/file_records.ts", "    if (seal === null) file.sync();", FILE_RECORDS),
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
    find: "  if (fileRecords(fs, layout).has(object)) addFileRecord(fs, layout, object, null);\n",
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
  unflushed("src/store/copy.ts", "      if (copy === this.to) target.sync();", STORE),
  unflushed("src/store/store_writer.ts", "    this.fs.syncDir(parent);", STORE),
  unflushed("src/system/write_atomic.ts", "      if (flush) file.sync();", STORE),
  {
    name: "a lock of inputs is not flushed",
    file: "src/inputs/lock.ts",
    find: "{ spare, mode })",
    replace: "{ spare, mode, flush: false })",
    test: "tests/inputs/lock_test.ts",
  },

  {
    name: "objects are not looked at before an apply",
    file: "src/journeys/check_objects.ts",
    find: '  refuseChanged(store, objects, "activate");',
    replace: "",
    test: "tests/stories/lost_test.ts",
  },
  {
    name: "objects are not looked at before a rollback",
    file: "src/journeys/restore.ts",
    find: "  refuseChanged(store, to.wanted.objects, `go back to snapshot ${to.number} with`);",
    replace: "",
    test: "tests/stories/lost_test.ts",
  },
  {
    name: "the journal's folder is open to all",
    file: "src/activation/journal.ts",
    find: "  if (fs.lstat(folder)?.mode !== 0o700) fs.chmod(folder, 0o700);",
    replace: "",
    test: "tests/activation/journal_test.ts",
  },
  {
    name: "the journal is readable for all",
    file: "src/activation/journal.ts",
    find: 'JSON.stringify(header) + "\\n", 0o600)',
    replace: 'JSON.stringify(header) + "\\n", 0o644)',
    test: "tests/activation/journal_test.ts",
  },
  {
    name: "credentials follow every redirect",
    file: "src/fetch/http/request.ts",
    find: "trusted &&= url.origin === origin;",
    replace: "trusted &&= origin !== '';",
    test: "tests/fetch/http/redirects_test.ts",
  },
  {
    name: "credentials follow a redirect to another scheme or port",
    file: "src/fetch/http/request.ts",
    find: "trusted &&= url.origin === origin;",
    replace: "trusted &&= url.hostname === new URL(origin).hostname;",
    test: "tests/fetch/http/redirects_test.ts",
  },
  {
    name: "`--forget` forgets what can be undone",
    file: "src/activation/recover.ts",
    find: "if (forget && journal.unrestored)",
    replace: "if (forget)",
    test: "tests/activation/originals_test.ts",
  },
  {
    name: "`--forget` keeps nothing",
    file: "src/activation/recover.ts",
    find: "const originals = keepForgotten(fs, root, steps, time);",
    replace:
      "const originals: ReturnType<typeof keepForgotten> = new Map(); void keepForgotten, time;",
    test: "tests/activation/originals_test.ts",
  },
  {
    name: "planted links are followed",
    file: "src/activation/path_step.ts",
    find: '    if (info?.kind !== "link" || info.uid === 0) continue;',
    replace: "    if (info !== undefined) continue;",
    test: "tests/activation/swapped_test.ts",
  },
  {
    name: "a runtime that lies there is started unchecked",
    file: "scripts/deno",
    find: 'if [ -f "$own" ] && is_pinned "$own"',
    replace: 'if [ -f "$own" ]',
    test: "tests/scripts/deno_test.ts",
  },
  {
    name: "a runtime from the registry is started unchecked",
    file: "scripts/deno",
    find: 'if [ -f "$candidate" ] && is_pinned "$candidate"',
    replace: 'if [ -f "$candidate" ]',
    test: "tests/scripts/deno_test.ts",
  },
  {
    name: "any source of packages counts as Debian's",
    file: "scripts/debian_mirror",
    find: '$1 == "Debian" && $2 == "Debian"',
    replace: "$1 != 0",
    test: "tests/scripts/mirror_test.ts",
  },
  {
    name: "a restored file is not compared with its digest",
    file: "src/activation/path_step.ts",
    find: 'if (hash.digest("hex") === state.digest) return;',
    replace: "if (state.digest) return;",
    test: "tests/activation/originals_test.ts",
  },
  {
    name: "a folder in the place of a file of the store stays",
    file: "src/store/writing.ts",
    find: '    if (fs.lstat(path)?.kind !== "dir") throw thrown;',
    replace: "    throw thrown;",
    test: "tests/stories/misplaced_test.ts",
  },
  {
    name: "gc takes what is in use where the snapshots are gone",
    file: "src/journeys/collect.ts",
    find: "  refuseBlindness(machine, all);\n",
    replace: "",
    test: "tests/stories/lost_test.ts",
  },
  {
    name: "snapshots are readable by all",
    file: "src/snapshot/history.ts",
    find: "formatSnapshot(snapshot), 0o600);",
    replace: "formatSnapshot(snapshot));",
    test: "tests/snapshot/snapshot_test.ts",
  },
  {
    name: "what lies in the place of a folder is not looked for",
    file: "src/cli/lock.ts",
    find: "checkFolders(machine);",
    replace: "void checkFolders;",
    test: "tests/stories/misplaced_test.ts",
  },
];
