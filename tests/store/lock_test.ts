import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Holder, holdersOf, lockDerivation, lockRoot } from "../../src/store/lock.ts";
import { readOnly } from "../../src/system/read_only.ts";
import { realSystem } from "../../src/system/real.ts";
import { inTemp } from "./trees.ts";

const system = realSystem();
const { fs } = system;
const now = { wait: false, command: "sys test" };

const TABLE: [held: "shared" | "exclusive", asked: "shared" | "exclusive", granted: boolean][] = [
  ["shared", "shared", true],
  ["shared", "exclusive", false],
  ["exclusive", "shared", false],
  ["exclusive", "exclusive", false],
];
for (const [held, asked, granted] of TABLE) {
  Deno.test(`while a lock is ${held}, ${asked} is ${granted ? "granted" : "refused"}`, () =>
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

Deno.test("who waits is told for whom, and gets the lock next", () =>
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

Deno.test("who waited while the root was deleted keeps others out of the new one", () =>
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

Deno.test("waiting ends with the signal, and takes no lock", () =>
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

Deno.test("the lock of a process that was killed is free", () =>
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

Deno.test("looking at a store that does not exist makes nothing", () =>
  inTemp(fs, async (folder) => {
    (await lockRoot(system, `${folder}/root`, "shared", now)).release();
    assert.deepEqual(fs.readDir(folder), []);
    (await lockRoot(system, `${folder}/root`, "exclusive", now)).release();
    assert.deepEqual(fs.readDir(`${folder}/root`), ["lock", "lock.d"]);
  }));

Deno.test("a system that can only be looked at gives shared locks", () =>
  inTemp(fs, async (folder) => {
    (await lockRoot(system, folder, "exclusive", now)).release();
    const lock = await lockRoot(readOnly(system), folder, "shared", now);
    await assert.rejects(lockRoot(system, folder, "exclusive", now), {
      message: "Cannot lock the store: another process uses it",
    });
    lock.release();
  }));

Deno.test("of two who build the same, one waits; others do not", () =>
  inTemp(fs, async (folder) => {
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
