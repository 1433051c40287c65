import assert from "node:assert/strict";
import fc from "fast-check";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { type Digest, sha256, toDigest } from "../../src/digest.ts";
import type { SysError } from "../../src/errors.ts";
import {
  formatLock,
  type Lock,
  type LockedInput,
  parseLock,
  readLock,
  writeLock,
} from "../../src/inputs/lock.ts";
import { faultySystem } from "../../src/system/faulty.ts";
import { realSystem } from "../../src/system/real.ts";
import { NAMES, NOTHING } from "../../src/system/memory/survivors.ts";
import { inMemory } from "../support/memory.ts";
import { withTemporary } from "../support/temporary.ts";

const entry: LockedInput = {
  type: "git",
  url: "git:https://host/org/repo.git",
  ref: "main",
  rev: "0123456789abcdef0123456789abcdef01234567",
  hash: toDigest("sha256", sha256("x")),
  lastModified: 1700000000,
};

Deno.test("the lock is written with sorted keys, one field on each line", () => {
  const lock: Lock = {
    "pkgs/x": { ...entry, ref: null },
    archive: { ...entry, type: "tarball", ref: null, rev: null, lastModified: null },
    pkgs: entry,
  };
  assert.equal(
    formatLock(lock),
    `{
  "version": 1,
  "inputs": {
    "archive": {
      "hash": "${entry.hash}",
      "type": "tarball",
      "url": "git:https://host/org/repo.git"
    },
    "pkgs": {
      "hash": "${entry.hash}",
      "lastModified": 1700000000,
      "ref": "main",
      "rev": "0123456789abcdef0123456789abcdef01234567",
      "type": "git",
      "url": "git:https://host/org/repo.git"
    },
    "pkgs/x": {
      "hash": "${entry.hash}",
      "lastModified": 1700000000,
      "rev": "0123456789abcdef0123456789abcdef01234567",
      "type": "git",
      "url": "git:https://host/org/repo.git"
    }
  }
}
`,
  );
});

Deno.test("what is written is read back", () => {
  const text = fc.stringMatching(/^[a-z:/.]{1,20}$/);
  const plain = { noNullPrototype: true };
  const locked = fc.record({
    type: text,
    url: text,
    ref: fc.option(text),
    rev: fc.option(fc.stringMatching(/^[0-9a-f]{40}$/)),
    hash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => toDigest("sha256", b)),
    lastModified: fc.option(fc.nat()),
  }, plain);
  const key = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,5}(\/[a-z]{1,4})?$/);
  fc.assert(fc.property(fc.dictionary(key, locked, plain), (lock) => {
    const written = formatLock(lock);
    assert.deepEqual(parseLock(written, "syslua.lock"), lock);
    assert.equal(formatLock(parseLock(written, "syslua.lock")), written);
  }));
});

Deno.test("a lock that is damaged or too new is refused, and the file named", () => {
  const good = JSON.parse(formatLock({ pkgs: entry }));
  const check = (text: string, message: RegExp) =>
    assert.throws(() => parseLock(text, "/c/syslua.lock"), (error: SysError) => {
      assert.equal(error.kind, "input");
      assert.match(error.message, /^Cannot read \/c\/syslua\.lock: /);
      assert.match(error.message, message);
      assert.ok(error.hint);
      return true;
    }, text);
  const changed = (fields: Record<string, unknown>) =>
    JSON.stringify({ ...good, inputs: { pkgs: { ...good.inputs.pkgs, ...fields } } });
  check("", /not JSON/);
  check(formatLock({ pkgs: entry }).slice(0, -20), /not JSON/);
  check("[]", /not a JSON object/);
  check(`<<<<<<< ours\n${JSON.stringify(good)}`, /unfinished merge/);
  check(JSON.stringify({ ...good, version: 2 }), /of version 2/);
  check(JSON.stringify({ ...good, version: undefined }), /`version` is not 1/);
  check(JSON.stringify({ version: 1 }), /no `inputs`/);
  check(JSON.stringify({ version: 1, inputs: { "../x": entry } }), /not the name of an input/);
  check(JSON.stringify({ version: 1, inputs: { x: 1 } }), /is not an object/);
  check(changed({ rev: "main" }), /not a revision/);
  check(changed({ rev: 12 }), /`rev` that is not a text/);
  check(changed({ hash: "sha256-AAAA" }), /bad `hash`/);
  check(changed({ hash: undefined }), /no `hash`/);
  check(changed({ url: undefined }), /no `url`/);
  check(changed({ lastModified: "today" }), /`lastModified`/);
});

Deno.test("the lock's file is replaced whole, through a link, with its mode", async () => {
  await withTemporary((folder) => {
    const system = realSystem();
    const real = join(folder, "real.lock"), link = join(folder, "syslua.lock");
    assert.deepEqual(readLock(system, link), {});
    writeLock(system, real, {});
    system.fs.chmod(real, 0o600);
    symlinkSync("real.lock", link);
    writeLock(system, link, { pkgs: entry });
    assert.equal(system.fs.lstat(link)?.kind, "link");
    assert.equal(system.fs.lstat(real)?.mode, 0o600);
    assert.deepEqual(readLock(system, real), { pkgs: entry });
    assert.deepEqual(system.fs.readDir(folder), ["real.lock", "syslua.lock"]);
    const hash: Digest = readLock(system, link).pkgs.hash;
    assert.equal(hash, entry.hash);
  });
});

Deno.test("a power cut leaves the old lock or the new one", () => {
  for (const left of [NOTHING, NAMES]) {
    const system = inMemory();
    writeLock(system, "/syslua.lock", {});
    system.fs.syncDir("/");
    writeLock(system, "/syslua.lock", { pkgs: entry });
    system.fs.disk.powerCut(left);
    assert.deepEqual(readLock(system, "/syslua.lock"), left === NAMES ? { pkgs: entry } : {});
  }
});

Deno.test("a full disk leaves the old lock, and nothing beside it", () => {
  const { operations } = countedWrite(0);
  assert.ok(operations > 1);
  for (let at = 1; at <= operations; at++) {
    const { names, thrown, lock } = countedWrite(at);
    assert.ok(thrown, `operation ${at}`);
    assert.deepEqual(names, ["syslua.lock"], `operation ${at}`);
    assert.deepEqual(lock, {});
  }
});

/** Replaces an empty lock; the disk is full at one operation. */
function countedWrite(at: number) {
  const system = inMemory();
  writeLock(system, "/syslua.lock", {});
  const faulty = faultySystem(system, { at, when: "before", code: "ENOSPC" });
  let thrown: unknown;
  try {
    writeLock(faulty.system, "/syslua.lock", { pkgs: entry });
  } catch (error) {
    thrown = error;
  }
  const names = system.fs.readDir("/").filter((name) => name.includes("lock"));
  return { operations: faulty.operations(), names, thrown, lock: readLock(system, "/syslua.lock") };
}
