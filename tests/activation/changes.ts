/** Changes of a machine that tests interrupt: an apply, another one, a rollback, a destroy. */
import { join } from "node:path";
import { HELD } from "../../src/activation/hold.ts";
import type { Wanted } from "../../src/plan/types.ts";
import { chooseSnapshot } from "../../src/snapshot/choose.ts";
import { originalsFolder, readOriginals } from "../../src/snapshot/originals.ts";
import { type Fault, type FaultySystem, faultySystem } from "../../src/system/faulty.ts";
import { MANY_FLUSHES } from "../../src/system/flush_all.ts";
import type { System } from "../../src/system/mod.ts";
import { inMemory } from "../support/memory.ts";
import { WORLDS as SIMULATED, type WorldSystem } from "../support/worlds/world.ts";
import { Rig, treeOf, writeText } from "./support.ts";

/** Something that is done to a machine. */
export interface Change {
  readonly name: string;
  /** It has very many operations: of so many one is tried for each thing that may be left. */
  readonly every?: number;
  before(rig: Rig): Promise<unknown>;
  make(rig: Rig, system: System): Promise<unknown>;
}

export const CHANGES: readonly Change[] = [
  {
    name: "the first apply",
    before: () => Promise.resolve(),
    make: (rig, system) => rig.apply(first(rig), { replace: "all", system }),
  },
  {
    name: "a second apply",
    before: (rig) => rig.apply(first(rig), { replace: "all" }),
    make: (rig, system) => rig.apply(second(rig), { replace: "all", system }),
  },
  {
    name: "an apply of so many files that they are flushed as one",
    every: 5,
    before: (rig) => Promise.resolve(crowd(rig)),
    make: (rig, system) => rig.apply(many(rig), { replace: "all", system }),
  },
  {
    name: "a rollback",
    before: async (rig) => {
      await rig.apply(first(rig), { replace: "all" });
      await rig.apply(second(rig), { replace: "all" });
    },
    make: (rig, system) => {
      const { originals: agreed } = chooseSnapshot(rig.system.fs, rig.root, "1");
      return rig.apply(first(rig), { agreed, system, description: "rollback to 1" });
    },
  },
  {
    name: "a destroy",
    before: async (rig) => {
      await rig.apply(first(rig), { replace: "all" });
      await rig.apply(second(rig), { replace: "all" });
    },
    make: (rig, system) => rig.apply({}, { system, description: "destroy" }),
  },
  {
    name: "the first apply of much",
    before: () => Promise.resolve(),
    make: (rig, system) => rig.apply(much(first(rig)), { replace: "all", system }),
  },
  {
    name: "a second apply of much",
    before: (rig) => rig.apply(much(first(rig)), { replace: "all" }),
    make: (rig, system) => rig.apply(much(second(rig)), { replace: "all", system }),
  },
];

/** So much that what its snapshot has in common with others is stored on its own. */
function much(wanted: Partial<Wanted>): Partial<Wanted> {
  return { ...wanted, env: { MUCH: "x".repeat(20_000) } };
}

/** A machine on which a change can be made any number of times, each time on a fresh copy. */
export interface Prepared {
  fresh(): Promise<Rig>;
  /** The world before the change and after it, with paths relative to the rig. */
  readonly old: Record<string, string>;
  readonly new: Record<string, string>;
  /** How many operations the change takes. */
  readonly operations: number;
}

/** Where a change is made: in memory, in memory with the home on a disk of its own, on one where no file may have
 * another name, by root in a user's home on a disk of its own, or on the real disk. */
export type World = "memory" | "two disks" | "few links" | "a user's home" | "real" | Simulated;

/** Another system (`tests/support/worlds/`). */
export type Simulated =
  | "macOS"
  | "windows"
  | "windows with Developer Mode"
  | "windows with a scanner";

const USER = { uid: 1000, gid: 1000 };

/** Prepares a change: a disk in memory is copied, on the real one all is done again. */
export async function prepare(change: Change, world: World): Promise<Prepared> {
  const start = async (rig: Rig) => {
    furnish(rig);
    await change.before(rig);
    return rig;
  };
  let fresh = () => start(new Rig());
  const simulated = SIMULATED.find(({ name }) => name === world);
  if (simulated) {
    const prepared = simulated.system();
    await start(new Rig(prepared));
    fresh = () => Promise.resolve(new Rig(simulated.system({ disk: prepared.disk.copy() })));
  } else if (world !== "real") {
    const prepared = inMemory();
    const rig = new Rig(prepared);
    if (world === "two disks" || world === "a user's home") prepared.fs.mount(rig.home);
    furnish(rig);
    if (world === "few links") prepared.fs.disk.maxLinks = 1;
    if (world === "a user's home") giveAway(rig);
    await change.before(rig);
    fresh = () => Promise.resolve(new Rig(inMemory(prepared.fs.disk.copy())));
  }
  using rig = await fresh();
  const old = relative(rig);
  const counting = faulty(rig, { at: 0, when: "before" });
  await change.make(rig, counting.system);
  return { fresh, old, new: relative(rig), operations: counting.operations() };
}

/** The system of a rig with a fault, as deep as its world can have one. */
export function faulty({ system }: Rig, fault: Fault): FaultySystem {
  return "faulty" in system ? (system as WorldSystem).faulty(fault) : faultySystem(system, fault);
}

/** What is there: paths relative to the rig, without times, and what depends on whole paths, which differ from run to run. */
export function relative(rig: Rig): Record<string, string> {
  const text = JSON.stringify({ ...rig.world(), ...detailsOf(rig) }).replaceAll(rig.dir, "")
    .replace(/\\"time\\":\\"[^"]*\\"|\\"mtime\\":[0-9]+/g, "")
    .replace(
      /(?<=\\"spent\\":)[0-9]+|[0-9a-f]{64}(?=\.(?:base|spare))|(?<=\\"base\\":\\")[0-9a-f]{64}/g,
      "hash",
    );
  return Object.fromEntries(
    Object.entries(JSON.parse(text) as Record<string, string>)
      // The root and its folders may come to be at any time.
      .filter(([path]) => path !== "/root/snapshots" && !path.includes(HELD))
      // A cache may say anything: what does not fit is not used.
      .filter(([path]) => path !== "/root/snapshots/index")
      // Not flushed, and made again from what it is the spare of.
      .filter(([path]) => !path.endsWith(".spare"))
      .sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/** Owners and times of everything in the home, where a clock that stands still makes these comparable; and whether
 * hard links are what they were. */
function detailsOf({ system: { fs, clock }, home }: Rig): Record<string, string> {
  if (clock.monotonic() !== 0) return {};
  const details = Object.keys(treeOf(home, [], fs)).map((path) => {
    const { uid, gid, mtime } = fs.lstat(path)!;
    return [`${path}: owner and time`, `${uid}:${gid} ${mtime}`];
  });
  const twins = fs.lstat(`${home}/twin`)?.ino === fs.lstat(`${home}/.vimrc`)?.ino;
  details.push([`${home}/twin: the same file as .vimrc`, String(twins)]);
  return Object.fromEntries(details);
}

/** Originals that are held and not listed, and folders in which nothing is held. */
export function heldForNobody({ system: { fs }, root, home }: Rig): string[] {
  const listed = readOriginals(fs, root).originals.map(({ number }) => String(number));
  const list = (folder: string) => fs.lstat(folder) === null ? [] : fs.readDir(folder);
  const folders = list(home).filter((name) => name.startsWith(HELD)).map((it) => join(home, it));
  const elsewhere = folders.flatMap(list);
  const empty = folders.filter((folder) => list(folder).length === 0);
  const there = [...list(originalsFolder(root)), ...elsewhere];
  return [...empty, ...there.filter((name) => name !== "index.json" && !listed.includes(name))];
}

/** Makes a home a user's, who may look into the root; one file in it is somebody else's. */
function giveAway({ system: { fs }, home, root }: Rig) {
  fs.mkdir(root, 0o755);
  for (const path of [home, ...Object.keys(treeOf(home, [], fs))]) {
    if (path !== `${home}/tool`) fs.chown(path, USER.uid, USER.gid);
  }
}

/** What the user had. */
function furnish(rig: Rig) {
  const { system, home } = rig;
  const { fs } = system;
  writeText(fs, `${home}/.vimrc`, "mine\n", 0o600);
  writeText(fs, `${home}/tool`, "#!/bin/sh\n", 0o755);
  fs.link(`${home}/.vimrc`, `${home}/twin`);
  if (rig.canLink) {
    fs.symlink("/nowhere", `${home}/dangling`);
    fs.symlink(".vimrc", `${home}/linked`);
  } else {
    // What a user there can make.
    fs.mkdir(`${home}/somewhere`, 0o755);
    fs.symlink(`${home}/somewhere`, `${home}/dangling`);
    writeText(fs, `${home}/linked`, "read-only", 0o444);
  }
  fs.mkdir(`${home}/empty`, 0o700);
  fs.utime(`${home}/.vimrc`, 12345);
  fs.utime(`${home}/empty`, 12345);
  if (system.host.elevated) fs.chown(`${home}/tool`, 1234, 1234);
}

function first(rig: Rig): Partial<Wanted> {
  return {
    paths: [
      rig.link("~/.vimrc", "ours\n"),
      rig.copy("~/tool", "#!/bin/sh\necho ours\n", 0o755),
      rig.link("~/dangling", "d"),
      rig.copy("~/linked", "l", 0o600),
      rig.link("~/empty", "e"),
      rig.link("~/.config/app/a", "a"),
      rig.link("~/.config/b", "b"),
    ],
    runs: [run("one")],
  };
}

function second(rig: Rig): Partial<Wanted> {
  return {
    paths: [
      rig.copy("~/.vimrc", "now a copy\n"),
      rig.link("~/tool", "now a link\n"),
      rig.link("~/.config/app", "a link where a folder was"),
      rig.link("~/.config/b/c", "a folder where a link was"),
      rig.copy("~/new/file", "n", 0o640),
    ],
    runs: [run("two")],
  };
}

/** Many files of the user's where others will be. */
function crowd({ system: { fs }, home }: Rig) {
  const { uid, gid } = fs.lstat(home)!;
  fs.mkdir(`${home}/theirs`, 0o755);
  fs.chown(`${home}/theirs`, uid, gid);
  for (let n = 0; n < MANY_FLUSHES; n++) {
    writeText(fs, `${home}/theirs/${n}`, `mine ${n}\n`, 0o640);
    fs.chown(`${home}/theirs/${n}`, uid, gid);
  }
}

function many(rig: Rig): Partial<Wanted> {
  const numbers = Array.from({ length: MANY_FLUSHES }, (_, n) => n);
  const copies = numbers.map((n) => rig.copy(`~/many/${n}/file`, `${n}\n`, 0o600 + n % 2));
  const links = numbers.map((n) => rig.link(`~/theirs/${n}`, "ours"));
  return { paths: [rig.copy("~/.vimrc", "ours\n"), ...copies, ...links] };
}

/** A command that leaves a mark, and its undoing. */
function run(name: string): Wanted["runs"][number] {
  return {
    id: name,
    command: `echo ran > ~/mark-${name}`,
    check: null,
    undo: `rm -f ~/mark-${name}`,
    on: "change",
    pending: false,
    order: 0,
    by: name,
    place: null,
  };
}

/** The soak tries each. */
const EACH = Deno.env.get("SYSLUA_EVERY") === "1";

/** Every operation on a disk in memory; on slower ones, one of several. */
const ALL_WORLDS = [
  { world: "memory", every: 1 },
  { world: "two disks", every: 1 },
  { world: "few links", every: 1 },
  { world: "a user's home", every: 1 },
  { world: "macOS", every: 13 },
  { world: "windows", every: 17 },
  { world: "windows with Developer Mode", every: 29 },
  { world: "real", every: 9 },
] as const;

export const WORLDS = ALL_WORLDS.map(({ world, every }) => ({ world, every: EACH ? 1 : every }));
