import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { SysError } from "../../src/errors.ts";
import type { DerivationHash } from "../../src/manifest/types.ts";
import { openStore } from "../../src/store/store.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { realSystem } from "../../src/system/real.ts";
import { grow, inTemp } from "./trees.ts";

const system = realSystem();
const { fs } = system;
const DRV = "d".repeat(64) as DerivationHash;

function run(...argv: string[]): boolean {
  try {
    return new Deno.Command(argv[0], { args: argv.slice(1), stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

// In a mount namespace of its own, so that the probe leaves nothing.
const cannot = !system.host.elevated || !run("unshare", "-m", "mount", "-t", "tmpfs", "t", "/mnt");
const why = cannot ? " (skipped: mounting needs root)" : "";

/** Runs a test on a file system of 1 MiB, or on one that can only be read. */
function onSmallDisk(test: (folder: string) => void | Promise<void>) {
  return () =>
    inTemp(fs, async (folder) => {
      assert.ok(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder));
      try {
        await test(folder);
      } finally {
        assert.ok(run("umount", folder));
      }
    });
}

Deno.test(
  `a disk that is full is told, and costs nothing that was there${why}`,
  { ignore: cannot },
  onSmallDisk(async (folder) => {
    const store = openStore(system, `${folder}/root`);
    const small = store.addFile("small", Buffer.from("small"), false);
    const big = Buffer.alloc(600_000, "x");
    const scratch = store.scratchPath(DRV, "out", "built", "1");
    grow(fs, scratch, { dir: { text: { file: `${"x".repeat(550_000)}${scratch}` } } });
    const full = (thrown: SysError) => {
      assert.equal(thrown.kind, "store");
      assert.match(thrown.message, /^Cannot write to the store: the disk is full/);
      return true;
    };
    assert.throws(() => store.addFile("big", big, false), full);
    // Rewriting needs room for a second copy of the file.
    const output = { scratch, name: "built", version: "1", candidates: [] };
    assert.throws(() => store.register(output), full);
    assert.ok(fs.lstat(`${scratch}/text`));
    assert.deepEqual(fs.readDir(`${store.dir}/tmp`), [scratch.split("/").at(-1)]);
    assert.deepEqual(fs.readDir(`${store.dir}/obj`), [small]);
    assert.deepEqual(await verifyObjects(system, `${folder}/root`), []);
  }),
);

Deno.test(
  `a file system that can only be read is told${why}`,
  { ignore: cannot },
  onSmallDisk((folder) => {
    const store = openStore(system, `${folder}/root`);
    const object = store.addFile("a", Buffer.from("a"), false);
    assert.ok(run("mount", "-o", "remount,ro", folder));
    assert.equal(store.addFile("a", Buffer.from("a"), false), object);
    assert.throws(() => store.addFile("b", Buffer.from("b"), false), (thrown: SysError) => {
      assert.equal(thrown.kind, "store");
      assert.match(thrown.message, /^Cannot write to the store: the file system is read-only/);
      assert.match(thrown.hint ?? "", /SYSLUA_ROOT/);
      return true;
    });
  }),
);

const asUser = system.host.elevated || system.host.os === "windows";
Deno.test(
  `a store of somebody else is told${
    asUser ? " (only as an ordinary user: root may write anywhere)" : ""
  }`,
  { ignore: asUser },
  () =>
    inTemp(fs, (folder) => {
      fs.mkdir(`${folder}/closed`, 0o555);
      const store = openStore(system, `${folder}/closed/root`);
      assert.throws(() => store.addFile("a", Buffer.from("a"), false), {
        kind: "store",
        message: /^Cannot write to the store: permission denied/,
      });
    }),
);
