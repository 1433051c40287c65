import assert from "node:assert/strict";
import { join } from "node:path";
import { interrupted } from "../../src/activation/interrupted.ts";
import { recover, repair } from "../../src/activation/recover.ts";
import { journalContents, readJournals } from "../../src/activation/journal.ts";
import { observeSettings } from "../../src/activation/observe_settings.ts";
import { observe } from "../../src/activation/observe.ts";
import { SysError } from "../../src/errors.ts";
import { driftOf } from "../../src/plan/drift.ts";
import type { Wanted, WantedRun } from "../../src/plan/types.ts";
import { NOTHING, together } from "../../src/plan/wanted.ts";
import { serviceManager } from "../../src/platform/services/manager.ts";
import { currentNumber, readCurrent } from "../../src/snapshot/history.ts";
import { faultySystem } from "../../src/system/faulty.ts";
import type { System } from "../../src/system/mod.ts";
import { real, Rig, treeOf } from "./support.ts";

function run(command: string, details: Partial<WantedRun> = {}): WantedRun {
  return {
    id: command,
    command,
    check: null,
    undo: null,
    on: "change",
    pending: false,
    order: 0,
    by: "test",
    place: null,
    ...details,
  };
}

function read(path: string): string {
  return Deno.readTextFileSync(path);
}

/** Every sort of thing that a user may have at a target. */
const ORIGINALS: [string, (path: string) => void][] = [
  [
    "a private file",
    (path) => (Deno.writeTextFileSync(path, "secret"), Deno.chmodSync(path, 0o600)),
  ],
  ["an executable", (path) => (Deno.writeTextFileSync(path, "#!"), Deno.chmodSync(path, 0o755))],
  ["an empty file", (path) => Deno.writeTextFileSync(path, "")],
  ["a read-only file", (path) => (Deno.writeTextFileSync(path, "r"), Deno.chmodSync(path, 0o444))],
  [
    "a file with odd bits",
    (path) => (Deno.writeTextFileSync(path, "o"), Deno.chmodSync(path, 0o4751)),
  ],
  ["a link", (path) => Deno.symlinkSync("other", path)],
  ["a dangling link", (path) => Deno.symlinkSync("/nowhere/at all", path)],
  ["an empty folder", (path) => (Deno.mkdirSync(path), Deno.chmodSync(path, 0o700))],
];

for (const [name, make] of ORIGINALS) {
  for (const kind of ["link", "copy"] as const) {
    Deno.test(`perform: ${name} gives way to a ${kind} and comes back`, async () => {
      using rig = new Rig();
      make(join(rig.home, "it's a name\nof two lines"));
      const before = treeOf(rig.home);
      const wanted = { paths: [rig[kind]("~/it's a name\nof two lines", "ours")] };
      await rig.apply(wanted, { replace: "all" });
      assert.notDeepEqual(treeOf(rig.home), before);
      await rig.apply(wanted);
      await rig.apply({ paths: [rig.link("~/it's a name\nof two lines", "ours 2")] });
      await rig.apply({});
      assert.deepEqual(treeOf(rig.home), before);
    });
  }
}

Deno.test("perform: what is edited in between is never lost", async () => {
  using rig = new Rig();
  await rig.apply({ paths: [rig.copy("~/a", "ours")] });
  Deno.writeTextFileSync(join(rig.home, "a"), "edited");
  await assert.rejects(
    rig.apply({ paths: [rig.copy("~/a", "new")] }),
    (error) => error instanceof SysError && error.kind === "unmanaged",
  );
  assert.equal(read(join(rig.home, "a")), "edited");
  const { kept } = await rig.apply({ paths: [rig.copy("~/a", "new")] }, { replace: "all" });
  const [{ state }] = kept;
  assert.ok(state.kind === "file" && state.content);
  assert.equal(read(state.content), "edited");
  Deno.writeTextFileSync(join(rig.home, "a"), "edited again");
  await rig.apply({});
  assert.equal(read(join(rig.home, "a")), "edited again");
});

Deno.test("perform: many copies are flushed as one", async () => {
  using rig = new Rig();
  const flushed: string[] = [];
  const fs = Object.create(real.fs, {
    // As on a disk that can do it, wherever the test runs.
    canSyncAll: { value: (path: string) => real.fs.lstat(path) !== null },
    syncAll: { value: (path: string) => void flushed.push(path) },
  });
  const paths = Array.from({ length: 40 }, (_, n) => rig.copy(`~/${n}`, `content ${n}`));
  await rig.apply({ paths }, { system: { ...real, fs } });
  assert.deepEqual(flushed, [rig.home]);
  assert.equal(read(join(rig.home, "39")), "content 39");
});

Deno.test("perform: nothing to do leaves no trace", async () => {
  using rig = new Rig();
  assert.equal((await rig.apply({})).snapshot, null);
  assert.equal(real.fs.lstat(rig.root), null);
  const wanted = { paths: [rig.link("~/a", "a")] };
  await rig.apply(wanted);
  const before = rig.world();
  const counted = faultySystem(real, { at: 0, when: "before" });
  assert.equal((await rig.apply(wanted, { system: counted.system })).snapshot, null);
  assert.equal(counted.operations(), 0);
  assert.deepEqual(rig.world(), before);
});

Deno.test("perform: a world that changed after the plan is left alone", async () => {
  using rig = new Rig();
  const one = { paths: [rig.link("~/a", "a"), rig.link("~/b", "b")] };
  // The plan is made, then somebody writes a file where a link shall be.
  const system: System = {
    ...real,
    clock: {
      ...real.clock,
      monotonic: () => 0,
      sleep: () => Promise.resolve(),
      now: () => {
        Deno.writeTextFileSync(join(rig.home, "b"), "quick");
        return new Date(0);
      },
    },
  };
  await assert.rejects(
    rig.apply(one, { system }),
    (error) => error instanceof SysError && error.kind === "activation" && /b/.test(error.message),
  );
  assert.deepEqual(Object.keys(treeOf(rig.home)), [join(rig.home, "b")]);
  assert.equal(read(join(rig.home, "b")), "quick");
  assert.deepEqual(rig.journals().filter((name) => name.endsWith(".jsonl")), []);
});

Deno.test("run: checked, done once, undone when it goes, and its output shown when it fails", async () => {
  using rig = new Rig();
  const mark = join(rig.home, "mark");
  const wanted = (...runs: WantedRun[]) => ({ runs });
  const once = run(`echo x >> ${mark}`, { undo: `rm ${mark}` });
  await rig.apply(wanted(once));
  await rig.apply(wanted(once));
  assert.equal(read(mark), "x\n");
  await rig.apply({});
  assert.equal(real.fs.lstat(mark), null);

  const checked = run(`echo y >> ${mark}`, { check: `test -e ${mark}` });
  await rig.apply(wanted(checked));
  await rig.apply({});
  await rig.apply(wanted(checked));
  assert.equal(read(mark), "y\n", "the check says that it is done");

  const always = run(`echo z >> ${mark}`, { on: "always" });
  const first = await rig.apply(wanted(checked, always));
  const again = await rig.apply(wanted(checked, always));
  assert.ok(first.snapshot !== null && again.snapshot === null);
  assert.equal(read(mark), "y\nz\nz\n");
  assert.deepEqual(rig.journals(), []);

  const before = rig.world();
  await assert.rejects(
    rig.apply({ paths: [rig.link("~/a", "a")], runs: [run("echo out; echo err >&2; exit 3")] }),
    (error) =>
      error instanceof SysError && error.kind === "activation" &&
      /exited with 3/.test(error.message) &&
      error.notes.includes("out") && error.notes.includes("err"),
  );
  assert.deepEqual(rig.world(), before);
});

Deno.test("run: done again when its check says that it is undone, which status tells", async () => {
  using rig = new Rig();
  const mark = join(rig.home, "mark");
  const runs = [run(`echo x >> ${mark}`, { check: `test -e ${mark}` })];
  await rig.apply({ runs });
  const look = async () => {
    const current = readCurrent(real.fs, rig.root);
    assert.ok(current);
    const elsewhere = await observeSettings(rig.adapters(), current.wanted, current);
    return driftOf(current.wanted, observe(real.fs, current.wanted, current, new Map(), elsewhere));
  };
  assert.deepEqual(await look(), []);
  Deno.removeSync(mark);
  assert.deepEqual((await look()).map(({ kind }) => kind), ["run"]);
  await rig.apply({ runs });
  assert.equal(read(mark), "x\n");
});

Deno.test("perform: an original that others may not read stays so in the store", async () => {
  using rig = new Rig();
  Deno.writeTextFileSync(join(rig.home, "key"), "secret");
  Deno.chmodSync(join(rig.home, "key"), 0o640);
  const { snapshot } = await rig.apply({ paths: [rig.link("~/key", "k")] }, { replace: "all" });
  const kept = snapshot?.originals[join(rig.home, "key")];
  assert.ok(kept?.kind === "file" && kept.content !== undefined);
  assert.equal(Deno.statSync(kept.content).mode! & 0o777, 0o400);
});

Deno.test("perform: a large original is kept and comes back", async () => {
  using rig = new Rig();
  const bytes = new Uint8Array(9 << 20).map((_, n) => n * 7);
  Deno.writeFileSync(join(rig.home, "large"), bytes, { mode: 0o755 });
  await rig.apply({ paths: [rig.link("~/large", "small")] }, { replace: "all" });
  await rig.apply({});
  assert.deepEqual(Deno.readFileSync(join(rig.home, "large")), bytes);
  assert.equal(Deno.lstatSync(join(rig.home, "large")).mode! & 0o777, 0o755);
});

Deno.test("together: two scopes may want the same, not two things at one place", () => {
  using rig = new Rig();
  const one = { ...NOTHING, paths: [rig.link("~/a", "1")] };
  const same = { ...NOTHING, paths: [rig.link("~/a", "1"), rig.link("~/b", "1")] };
  const other = { ...NOTHING, paths: [rig.link("~/a", "2")] };
  assert.equal(together([one, same]).paths.length, 2);
  assert.throws(
    () => together([one, other]),
    (error) => error instanceof SysError && error.kind === "config",
  );
});

Deno.test("run: what has no undo is told when the apply fails after it", async () => {
  using rig = new Rig();
  await assert.rejects(
    rig.apply({ runs: [run("true final"), run("false", { order: 1 })] }),
    (error) =>
      error instanceof SysError && error.notes.some((note) => /`true final`.*no `undo`/.test(note)),
  );
});

Deno.test("perform: Ctrl-C stops a command and puts everything back", async () => {
  using rig = new Rig();
  const controller = new AbortController();
  const before = rig.world();
  const started = join(rig.dir, "started");
  const apply = rig.apply({
    paths: [rig.link("~/a", "a")],
    runs: [run(`touch ${started}; sleep 60`, { undo: `rm ${started}` })],
  }, { signal: controller.signal });
  const failed = apply.then(() => null, (thrown) => thrown);
  for (let n = 0; n < 3000 && real.fs.lstat(started) === null; n++) await real.clock.sleep(10);
  assert.notEqual(real.fs.lstat(started), null);
  controller.abort();
  const error = await failed;
  assert.ok(error instanceof SysError && error.kind === "interrupted", String(error));
  assert.deepEqual(treeOf(rig.home), before);
  assert.equal(real.fs.lstat(started), null, "undo ran");
  assert.deepEqual(rig.journals(), []);
});

Deno.test("undo: what cannot be put back is told, the rest is put back, and repair tries again", async () => {
  using rig = new Rig();
  Deno.writeTextFileSync(join(rig.home, "a"), "mine");
  Deno.writeTextFileSync(join(rig.home, "b"), "mine too");
  const before = treeOf(rig.home);
  const meddle = run(`rm ${rig.home}/a; mkdir ${rig.home}/a; touch ${rig.home}/a/x; exit 1`);
  await assert.rejects(
    rig.apply({ paths: [rig.link("~/a", "A"), rig.link("~/b", "B")], runs: [meddle] }, {
      replace: "all",
    }),
    (error) => {
      assert.ok(error instanceof SysError && error.kind === "unrestored", String(error));
      const note = error.notes.find((one) => one.includes(`${rig.home}/a:`)) ?? "";
      const kept = /lies in (.*)$/.exec(note)?.[1] ?? "";
      assert.equal(read(kept), "mine", "the message names where the original is");
      return true;
    },
  );
  assert.equal(read(join(rig.home, "b")), "mine too");
  assert.deepEqual(rig.journals(), ["1.unrestored"]);
  assert.ok(journalContents(real.fs, rig.root).some((path) => path.includes("original-a-")));
  // Others go on, and numbers are not given twice.
  assert.equal(await recover(real.fs, rig.adapters(), rig.root), null);
  const { snapshot } = await rig.apply({ paths: [rig.link("~/c", "C")] });
  assert.equal(snapshot?.number, 2);
  await assert.rejects(repair(real.fs, rig.adapters(), rig.root, false), SysError);
  Deno.removeSync(join(rig.home, "a"), { recursive: true });
  const { recoveries: [repaired] } = await repair(real.fs, rig.adapters(), rig.root, false);
  assert.equal(repaired.restored, 1);
  const after = treeOf(rig.home);
  delete after[join(rig.home, "c")];
  assert.deepEqual(after, before);
  assert.deepEqual(rig.journals(), []);
  assert.equal(currentNumber(real.fs, rig.root), 2);
});

Deno.test("repair: gives up on request, and leaves alone what a later apply put in place", async () => {
  using rig = new Rig();
  Deno.writeTextFileSync(join(rig.home, "a"), "mine");
  const meddle = run(`rm ${rig.home}/a; mkdir ${rig.home}/a; touch ${rig.home}/a/x; exit 1`);
  const fail = () =>
    assert.rejects(
      rig.apply({ paths: [rig.link("~/a", "A")], runs: [meddle] }, { replace: "all" }),
    );
  await fail();
  Deno.removeSync(join(rig.home, "a"), { recursive: true });
  await rig.apply({ paths: [rig.link("~/a", "A")] });
  const world = rig.world();
  await repair(real.fs, rig.adapters(), rig.root, false);
  assert.deepEqual(rig.world(), world);
  assert.deepEqual(rig.journals(), []);
  await rig.apply({});
  Deno.writeTextFileSync(join(rig.home, "a"), "mine");
  await fail();
  assert.equal(rig.journals().length, 1);
  await repair(real.fs, rig.adapters(), rig.root, true);
  assert.deepEqual(rig.journals(), []);
});

Deno.test("recover: an interrupted apply is seen, told, and its torn last line is no step", async () => {
  using rig = new Rig();
  const runs = [run(`touch ${rig.home}/mark`, { undo: `rm ${rig.home}/mark` })];
  const wanted = { paths: [rig.link("~/a", "a")], runs };
  const count = async () => {
    using other = new Rig();
    const counted = faultySystem(real, { at: 0, when: "before" });
    await other.apply({ paths: [other.link("~/a", "a")], runs }, { system: counted.system });
    return counted.operations();
  };
  const total = await count();
  await assert.rejects(
    rig.apply(wanted, { system: faultySystem(real, { at: total - 4, when: "before" }).system }),
  );
  assert.deepEqual(interrupted(real.fs, rig.root).map(({ description }) => description), ["apply"]);
  const [journal] = readJournals(real.fs, rig.root);
  assert.deepEqual([...journal.begun], [1]);
  Deno.writeTextFileSync(journal.path, read(journal.path) + '{"begin":');
  const recovery = await recover(real.fs, rig.adapters(), rig.root);
  assert.equal(recovery?.description, "apply");
  assert.equal(recovery?.restored, 2);
  assert.deepEqual(treeOf(rig.home), {});
});

Deno.test("recover: a journal that cannot be read is named, and nothing is guessed", async () => {
  using rig = new Rig();
  await rig.apply({ paths: [rig.link("~/a", "a")] });
  const path = join(rig.root, "journal", "9.jsonl");
  Deno.writeTextFileSync(path, "{");
  const names = (error: unknown) => error instanceof SysError && error.message.includes(path);
  await assert.rejects(recover(real.fs, rig.adapters(), rig.root), names);
  Deno.writeTextFileSync(path, '{"version":2}\n');
  await assert.rejects(recover(real.fs, rig.adapters(), rig.root), names);
});

Deno.test("status: links, contents, modes and missing files are drift; what is mutable is not", async () => {
  using rig = new Rig();
  const mutable = { ...rig.copy("~/mutable", "m"), mutable: true };
  const paths = [
    rig.link("~/link", "l"),
    rig.copy("~/content", "c"),
    rig.copy("~/mode", "m"),
    rig.link("~/gone", "g"),
    rig.link("~/fine", "f"),
    mutable,
  ];
  await rig.apply({ paths });
  const drift = () => {
    const current = readCurrent(real.fs, rig.root);
    assert.ok(current);
    const world = observe(real.fs, NOTHING, current, new Map());
    return driftOf(current.wanted, world).map(({ target }) => target);
  };
  assert.deepEqual(drift(), []);
  Deno.removeSync(join(rig.home, "link"));
  Deno.symlinkSync("/elsewhere", join(rig.home, "link"));
  Deno.writeTextFileSync(join(rig.home, "content"), "changed");
  Deno.chmodSync(join(rig.home, "mode"), 0o600);
  Deno.removeSync(join(rig.home, "gone"));
  Deno.writeTextFileSync(join(rig.home, "mutable"), "changed");
  assert.deepEqual(drift(), ["~/link", "~/content", "~/mode", "~/gone"]);
  await rig.apply({ paths }, { replace: "all" });
  assert.deepEqual(drift(), []);
});

Deno.test("status: a link to what the user edits has to lead to something", async () => {
  using rig = new Rig();
  const source = join(rig.home, "source"), link = join(rig.home, "link");
  Deno.writeTextFileSync(source, "s");
  const paths = [rig.wantedPath("~/link", { kind: "link", to: source })];
  await rig.apply({ paths });
  const drift = () => {
    const current = readCurrent(real.fs, rig.root);
    assert.ok(current);
    return driftOf(current.wanted, observe(real.fs, NOTHING, current, new Map()));
  };
  assert.deepEqual(drift(), []);
  Deno.removeSync(source);
  assert.deepEqual(drift().map(({ target, found }) => [target, found]), [
    ["~/link", `a link to ${source}, which leads nowhere`],
  ]);
  assert.equal(Deno.readLinkSync(link), source);
});

/** A systemctl that keeps what it is told in a file, and the folder that shows that systemd is there. */
function fakeSystemd(rig: Rig): System {
  const bin = join(rig.dir, "bin");
  Deno.mkdirSync(bin);
  Deno.writeTextFileSync(
    join(bin, "systemctl"),
    `#!/bin/sh
echo "$*" >> ${rig.dir}/calls
case "$*" in
  *is-active*) test -e ${rig.dir}/running-$4 ;;
  *restart*) grep -q broken ${rig.home}/.config/systemd/user/$3 && exit 1
    cp ${rig.home}/.config/systemd/user/$3 ${rig.dir}/running-$3 ;;
  *disable*) rm -f ${rig.dir}/running-$5 ;;
esac
`,
  );
  Deno.chmodSync(join(bin, "systemctl"), 0o755);
  const fs = Object.create(real.fs) as System["fs"];
  fs.lstat = (path) => real.fs.lstat(path === "/run/systemd/system" ? rig.dir : path);
  const host = { ...real.host, os: "linux" as const, elevated: false, home: rig.home };
  return { ...real, fs, host: host as System["host"] };
}

Deno.test("service: started, restarted only when its unit changes, and the old one runs after a failure", async () => {
  using rig = new Rig();
  const system = fakeSystemd(rig);
  const services = serviceManager(system, { PATH: `${join(rig.dir, "bin")}:/usr/bin:/bin` });
  const unit = (name: string, content: string): Pick<Wanted, "paths" | "services"> => {
    const path = rig.copy(`~/.config/systemd/user/${name}.service`, content);
    const digest = path.state.kind === "file" ? path.state.digest : "";
    return {
      paths: [{ ...path, role: "unit" }],
      services: [{ name, user: true, unit: path.path, digest, order: 0, by: "test", place: null }],
    };
  };
  const calls = () => {
    const path = join(rig.dir, "calls");
    if (real.fs.lstat(path) === null) return [];
    const lines = read(path).trim().split("\n");
    Deno.removeSync(path);
    return lines.map((line) => line.replace(/--user |--quiet /g, ""))
      .filter((line) => !line.startsWith("is-active"));
  };
  const running = () => read(join(rig.dir, "running-s.service"));
  assert.equal(services.unitPath("s", true, rig.home), unit("s", "one").paths[0].path);

  await rig.apply(unit("s", "one"), { adapters: { services } });
  assert.deepEqual(calls(), ["daemon-reload", "enable s.service", "restart s.service"]);
  assert.equal(running(), "one");
  await rig.apply(unit("s", "one"), { adapters: { services } });
  assert.deepEqual(calls(), []);

  await rig.apply(unit("s", "two"), { adapters: { services } });
  assert.equal(calls()[0], "disable --now s.service");
  assert.equal(running(), "two");

  await assert.rejects(
    rig.apply(unit("s", "broken"), { adapters: { services } }),
    (error) =>
      error instanceof SysError && error.kind === "activation" && /service s/.test(error.message),
  );
  assert.equal(running(), "two", "the former unit is back and runs");
  assert.equal(read(join(rig.home, ".config/systemd/user/s.service")), "two");

  calls();
  await rig.apply({}, { adapters: { services } });
  assert.deepEqual(calls(), ["disable --now s.service"]);
  assert.deepEqual(treeOf(rig.home), {});
});

Deno.test("service: one of the user's with the same name makes way, and runs again at the end", async () => {
  using rig = new Rig();
  const system = fakeSystemd(rig);
  const services = serviceManager(system, { PATH: `${join(rig.dir, "bin")}:/usr/bin:/bin` });
  const path = rig.copy("~/.config/systemd/user/s.service", "ours");
  Deno.mkdirSync(join(path.path, ".."), { recursive: true });
  Deno.writeTextFileSync(path.path, "theirs");
  const service = {
    name: "s",
    user: true,
    unit: path.path,
    digest: "d",
    order: 0,
    by: "test",
    place: null,
  };
  await services.start(service);
  const before = treeOf(rig.home);
  const running = () => read(join(rig.dir, "running-s.service"));
  const adapters = { services };
  const wanted = { paths: [{ ...path, role: "unit" as const }], services: [service] };
  await rig.apply(wanted, { adapters, replace: "all" });
  assert.equal(running(), "ours");
  await rig.apply(wanted, { adapters });
  await rig.apply({}, { adapters });
  assert.equal(running(), "theirs");
  assert.deepEqual(treeOf(rig.home), before);
});

Deno.test("service: refused where there is no systemd, and for the system without root", () => {
  using rig = new Rig();
  const system = fakeSystemd(rig);
  assert.throws(
    () => serviceManager(system, {}).unitPath("s", false, rig.home),
    (error) => error instanceof SysError && /not root/.test(error.message),
  );
  const fs = Object.create(real.fs) as System["fs"];
  fs.lstat = (path) => path === "/run/systemd/system" ? null : real.fs.lstat(path);
  assert.throws(
    () => serviceManager({ ...system, fs }, {}).unitPath("s", true, rig.home),
    (error) => error instanceof SysError && /does not run systemd/.test(error.message),
  );
});

const root = Deno.uid() === 0;
Deno.test({
  name: `owner: root gives files and new folders to their user, and follows no link of theirs${
    root ? "" : " (needs root)"
  }`,
  // The agent stays until the process ends.
  sanitizeResources: false,
  sanitizeOps: false,
  ignore: !root,
  fn: async () => {
    using rig = new Rig();
    Deno.chmodSync(rig.dir, 0o755);
    const owner = { uid: 12345, gid: 23456 };
    Deno.chownSync(rig.home, owner.uid, owner.gid);
    const mine = (path: ReturnType<Rig["link"]>) => ({
      ...path,
      owner,
      state: path.state.kind === "file" ? { ...path.state, owner } : path.state,
    });
    const wanted = {
      paths: [mine(rig.link("~/.config/x/link", "l")), mine(rig.copy("~/.config/copy", "c"))],
    };
    await rig.apply(wanted);
    for (const path of [".config", ".config/x", ".config/x/link", ".config/copy"]) {
      const info = real.fs.lstat(join(rig.home, path));
      assert.deepEqual([info?.uid, info?.gid], [owner.uid, owner.gid], path);
    }
    assert.deepEqual((await rig.plan({ ...NOTHING, ...wanted })).steps, []);
    await rig.apply({});
    assert.deepEqual(treeOf(rig.home), {});
    // The user turns a folder into a link to somebody else's.
    Deno.mkdirSync(join(rig.dir, "victim"));
    await new Deno.Command("ln", {
      args: ["-s", join(rig.dir, "victim"), join(rig.home, ".config")],
    })
      .output();
    real.fs.chown(join(rig.home, ".config"), owner.uid, owner.gid);
    await assert.rejects(rig.apply(wanted, { replace: "all" }), SysError);
    assert.deepEqual(treeOf(join(rig.dir, "victim")), {});
  },
});

Deno.test("run: a command that hangs is ended, and everything put back", async () => {
  using rig = new Rig();
  const before = rig.world();
  await assert.rejects(
    rig.apply(
      { paths: [rig.link("~/a", "a")], runs: [run("sleep 60")] },
      { adapters: { commandTimeout: 200 } },
    ),
    /`sleep 60`.*did not end within/,
  );
  assert.deepEqual(treeOf(rig.home), before);
});
