import assert from "node:assert/strict";
import { lockDerivation, lockRoot } from "../../src/store/lock.ts";
import { openStore } from "../../src/store/store.ts";
import { FsError } from "../../src/system/fs.ts";
import { realSystem } from "../../src/system/real.ts";
import { inTemp } from "./trees.ts";

const system = realSystem();
const { fs } = system;
const HOW = { wait: false, command: "sys test" };

Deno.test({
  name: "the first build that there ever was keeps gc out",
  // A request for a lock that was given up may end after the test.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    inTemp(fs, async (folder) => {
      const root = `${folder}/root`;
      const reading = await lockRoot(system, root, "shared", HOW);
      assert.equal(fs.lstat(root), null);
      const building = await lockRoot(system, root, "shared", { ...HOW, creates: true });
      await assert.rejects(lockRoot(system, root, "exclusive", HOW), { kind: "locked" });
      building.release();
      (await lockRoot(system, root, "exclusive", HOW)).release();
      reading.release();
    }),
});

Deno.test("a root for all is open to all, whoever makes it, and is opened when it is not", () =>
  inTemp(fs, async (folder) => {
    const root = `${folder}/root`;
    openStore(system, root, { shared: true }).prepare();
    (await lockDerivation(system, root, "d".repeat(64))).release();
    assert.equal(fs.lstat(root)?.mode, 0o755);
    fs.chmod(root, 0o700);
    openStore(system, root, { shared: true }).sparePath();
    assert.equal(fs.lstat(root)?.mode, 0o755);
    const own = `${folder}/own`;
    openStore(system, own).sparePath();
    assert.equal(fs.lstat(own)?.mode, 0o700);
  }));

Deno.test("what is being made is open to nobody else, nor is the lock, also in a root for all", () =>
  inTemp(fs, async (folder) => {
    const root = `${folder}/root`, tmp = `${root}/store/tmp`, lock = `${root}/lock`;
    (await lockRoot(system, root, "exclusive", { ...HOW, shared: true })).release();
    assert.equal(fs.lstat(lock)?.mode, 0o600);
    openStore(system, root, { shared: true }).prepare();
    (await lockDerivation(system, root, "d".repeat(64))).release();
    const modes = () => [tmp, lock].map((path) => fs.lstat(path)?.mode);
    assert.deepEqual(modes(), [0o700, 0o600]);
    fs.chmod(tmp, 0o755);
    fs.chmod(lock, 0o644);
    openStore(system, root, { shared: true }).sparePath();
    assert.deepEqual(modes(), [0o700, 0o600]);
  }));

Deno.test("a disk that can't be written needs no lock to be read", () =>
  inTemp(fs, async (folder) => {
    const lock = () => Promise.reject(new FsError("lock", `${folder}/lock`, "EROFS"));
    const readOnly = { ...system, fs: Object.create(fs, { lock: { value: lock } }) };
    (await lockRoot(readOnly, folder, "shared", HOW)).release();
    await assert.rejects(lockRoot(readOnly, folder, "exclusive", HOW), { code: "EROFS" });
  }));
