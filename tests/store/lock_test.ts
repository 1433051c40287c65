import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Holder, holdersOf } from "../../src/store/holders.ts";
import { lockDerivation, lockRoot } from "../../src/store/lock.ts";
import { openStore } from "../../src/store/store.ts";
import { readOnly } from "../../src/system/read_only.ts";
import { realSystem } from "../../src/system/real.ts";
import type { Clock } from "../../src/system/mod.ts";
import { inTemp } from "./trees.ts";

const system = realSystem();
const { fs } = system;
const now = { wait: false, command: "sys test" };

/** A request for a lock can't be taken back: one that was given up may end after the test. */
function test(name: string, fn: () => Promise<void>) {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });
}

/** A clock that counts how often somebody has looked, and does not sleep. */
function looking(onLook: (looks: number) => void = () => {}): Clock {
  let looks = 0;
  const sleep = () => new Promise<void>((done) => (onLook(++looks), setTimeout(done)));
  return { now: () => new Date(), monotonic: () => 0, sleep };
}

const hasty: Clock = { ...looking(), sleep: () => Promise.resolve() };

/** Writes who holds the lock of a store. */
function writeHolder(root: string, name: string, holder: Partial<Holder>) {
  if (fs.lstat(`${root}/lock.d`) === null) fs.mkdir(`${root}/lock.d`, 0o755);
  const file = fs.create(`${root}/lock.d/${name}`, 0o644);
  const full = { command: "sys other", mode: "exclusive", since: "2020", start: "0", ...holder };
  file.write(new TextEncoder().encode(JSON.stringify(full)));
  file.close();
}

const TABLE: [held: "shared" | "exclusive", asked: "shared" | "exclusive", granted: boolean][] = [
  ["shared", "shared", true],
  ["shared", "exclusive", false],
  ["exclusive", "shared", false],
  ["exclusive", "exclusive", false],
];
for (const [held, asked, granted] of TABLE) {
  test(`while a lock is ${held}, ${asked} is ${granted ? "granted" : "refused"}`, () =>
    inTemp(fs, async (folder) => {
      const root = `${folder}/root`;
      fs.mkdir(root, 0o755);
      const first = await lockRoot(system, root, held, now);
      if (granted) (await lockRoot(system, root, asked, now)).release();
      else {
        await assert.rejects(lockRoot(system, root, asked, now), {
          kind: "locked",
          message: /sys test \(process \d+\) uses it since \d{4}-/,
        });
      }
      first.release();
      first.release();
      (await lockRoot(system, root, asked, now)).release();
    }));
}

test("a free lock is not taken for a held one, however late it is granted", () =>
  inTemp(fs, async (folder) => {
    const late = Promise.withResolvers<void>();
    const lock = (path: string, mode: "shared" | "exclusive") =>
      late.promise.then(() => fs.lock(path, mode));
    const slow = {
      ...system,
      fs: Object.create(fs, { lock: { value: lock } }),
      clock: looking((looks) => looks === 50 && late.resolve()),
    };
    (await lockRoot(slow, folder, "exclusive", now)).release();
  }));

test("who has the lock and has not said so, or says so no more, has a moment", () =>
  inTemp(fs, async (folder) => {
    const held = await fs.lock(`${folder}/lock`, "exclusive");
    const clock = looking((looks) => looks === 50 && held.release());
    (await lockRoot({ ...system, clock }, folder, "exclusive", now)).release();
  }));

test("what the dead have written does not count", () =>
  inTemp(fs, async (folder) => {
    const held = await fs.lock(`${folder}/lock`, "exclusive");
    const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" })
      .spawn();
    await child.status;
    writeHolder(folder, "gone", { pid: child.pid, start: "" });
    writeHolder(folder, "before", { pid: system.host.pid });
    if (system.host.os === "linux") writeHolder(folder, "reused", { pid: Deno.ppid, start: "1" });
    assert.deepEqual(holdersOf(system, folder), []);
    writeHolder(folder, "lives", { pid: Deno.ppid, start: system.host.startOf(Deno.ppid)! });
    assert.equal(holdersOf(system, folder).length, 1);
    held.release();
  }));

test("that another holds it is known at the first look", () =>
  inTemp(fs, async (folder) => {
    const first = await lockRoot(system, folder, "exclusive", now);
    let seen = 0;
    const clock = looking((looks) => seen = looks);
    await assert.rejects(lockRoot({ ...system, clock }, folder, "shared", now), { kind: "locked" });
    assert.equal(seen, 1);
    first.release();
  }));

test("who waits is told for whom, and gets the lock next", () =>
  inTemp(fs, async (folder) => {
    const first = await lockRoot(system, folder, "exclusive", { wait: true, command: "sys apply" });
    let told: readonly Holder[] = [];
    const order: string[] = [];
    const second = lockRoot(system, folder, "exclusive", {
      wait: true,
      command: "sys gc",
      onWait: (holders) => {
        told = holders;
        order.push("first done");
        first.release();
      },
    });
    (await second).release();
    assert.deepEqual(order, ["first done"]);
    assert.equal(told.length, 1);
    assert.equal(told[0].command, "sys apply");
    assert.equal(told[0].pid, system.host.pid);
    assert.deepEqual(holdersOf(system, folder), []);
  }));

test("who waited while the root was deleted keeps others out of the new one", () =>
  inTemp(fs, async (folder) => {
    const root = `${folder}/root`;
    fs.mkdir(root, 0o755);
    const first = await lockRoot(system, root, "exclusive", now);
    const waiting = Promise.withResolvers<void>();
    const second = lockRoot(system, root, "exclusive", {
      wait: true,
      command: "sys apply",
      onWait: () => waiting.resolve(),
    });
    await waiting.promise;
    for (const name of [...fs.readDir(`${root}/lock.d`)]) fs.remove(`${root}/lock.d/${name}`);
    for (const name of ["lock.d", "lock"]) fs.remove(`${root}/${name}`);
    fs.remove(root);
    first.release();
    const held = await second;
    await assert.rejects(lockRoot(system, root, "exclusive", now), { kind: "locked" });
    held.release();
  }));

test("waiting ends with the signal, and takes no lock", () =>
  inTemp(fs, async (folder) => {
    const first = await lockRoot(system, folder, "exclusive", now);
    const stop = new AbortController();
    const second = lockRoot(system, folder, "exclusive", {
      wait: true,
      command: "sys gc",
      signal: stop.signal,
      onWait: () => stop.abort(new Error("no longer wanted")),
    });
    await assert.rejects(second, { message: "no longer wanted" });
    first.release();
    (await lockRoot(system, folder, "exclusive", { ...now, wait: true })).release();
  }));

test("the lock of a process that was killed is free", () =>
  inTemp(fs, async (folder) => {
    const module = new URL("../../src/", import.meta.url);
    const program = `
      import { lockRoot } from "${module}store/lock.ts";
      import { realSystem } from "${module}system/real.ts";
      await lockRoot(realSystem(), ${JSON.stringify(folder)}, "exclusive",
        { wait: false, command: "sys other" });
      console.log("locked");
      await new Promise((resolve) => setTimeout(resolve, 60_000));`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", program],
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    try {
      const { value } = await reader.read();
      assert.equal(new TextDecoder().decode(value), "locked\n");
      await assert.rejects(lockRoot(system, folder, "shared", now), { message: /sys other/ });
    } finally {
      await reader.cancel();
      child.kill("SIGKILL");
      await child.status;
    }
    (await lockRoot(system, folder, "exclusive", now)).release();
  }));

test("looking at a store that does not exist makes nothing", () =>
  inTemp(fs, async (folder) => {
    (await lockRoot(system, `${folder}/root`, "shared", now)).release();
    assert.deepEqual(fs.readDir(folder), []);
    (await lockRoot(system, `${folder}/root`, "exclusive", now)).release();
    assert.deepEqual(fs.readDir(`${folder}/root`), ["lock", "lock.d"]);
  }));

test("a system that can only be looked at gives shared locks", () =>
  inTemp(fs, async (folder) => {
    (await lockRoot(system, folder, "exclusive", now)).release();
    const lock = await lockRoot(readOnly(system), folder, "shared", now);
    await assert.rejects(lockRoot({ ...system, clock: hasty }, folder, "exclusive", now), {
      message: "Cannot lock the store: another process uses it",
    });
    lock.release();
  }));

test("of two who build the same, one waits; others do not", () =>
  inTemp(fs, async (folder) => {
    openStore(system, folder).prepare();
    const first = await lockDerivation(system, folder, "a");
    (await lockDerivation(system, folder, "b")).release();
    const order: string[] = [];
    const second = lockDerivation(system, folder, "a", { onWait: () => order.push("waits") })
      .then((lock) => (order.push("second"), lock));
    while (order.length === 0) await system.clock.sleep(5);
    order.push("first done");
    first.release();
    (await second).release();
    assert.deepEqual(order, ["waits", "first done", "second"]);
  }));

test("many who build the same hold the lock one at a time, and leave no file behind", () =>
  inTemp(fs, async (folder) => {
    openStore(system, folder).prepare();
    let inside = 0;
    const build = async (pause: number) => {
      for (let n = 0; n < 20; n++) {
        const lock = await lockDerivation(system, folder, "a");
        assert.equal(++inside, 1);
        await system.clock.sleep(pause);
        inside--;
        lock.release();
      }
    };
    await Promise.all([0, 1, 0, 2, 1].map(build));
    assert.deepEqual(fs.readDir(`${folder}/store/tmp`), []);
  }));
