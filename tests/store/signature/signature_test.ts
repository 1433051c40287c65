/** Programs of macOS that name themselves: signed for what they are, with one name wherever they were built. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { memorySystem } from "../../../src/system/memory/memory.ts";
import { openStore } from "../../../src/store/store.ts";
import { verifyObjects } from "../../../src/store/verify.ts";
import { renewedSignatures } from "../../../src/store/signature/renewed.ts";
import type { DerivationHash } from "../../../src/manifest/types.ts";
import type { FileSystem } from "../../../src/system/fs.ts";
import { fat, isSigned, PAGE, program, type ProgramOptions } from "./programs.ts";

/** A store; `derivation` makes the scratch path, and so the hash that a build sees. */
function built(derivation: string, content: (own: string) => Buffer, root = "/r") {
  const system = memorySystem();
  const store = openStore(system, root, { system: root });
  const hash = derivation.repeat(64).slice(0, 64) as DerivationHash;
  const scratch = store.scratchPath(hash, "out", "thing", "1");
  makeFolders(system.fs, scratch.slice(0, scratch.lastIndexOf("/")));
  const own = scratch.slice(scratch.lastIndexOf("-") + 1);
  write(system.fs, scratch, content(own));
  const object = store.register({ scratch, name: "thing", version: "1", candidates: [] });
  const path = store.pathOf(object);
  const change = (at: number) => {
    const bytes = Buffer.from(system.fs.readFile(path));
    bytes[at] ^= 1;
    system.fs.chmod(path.slice(0, path.lastIndexOf("/")), 0o755);
    system.fs.remove(path);
    write(system.fs, path, bytes);
    system.fs.chmod(path, 0o444);
  };
  const problems = () => verifyObjects(system, root);
  return { object, file: Buffer.from(system.fs.readFile(path)), own, change, problems };
}

function makeFolders(fs: FileSystem, path: string): void {
  if (path === "/" || fs.lstat(path) !== null) return;
  makeFolders(fs, path.slice(0, path.lastIndexOf("/")) || "/");
  fs.mkdir(path, 0o755);
}

function write(fs: FileSystem, path: string, content: Uint8Array): void {
  const file = fs.create(path, 0o755);
  file.write(content);
  file.close();
}

/** From the end: the last byte of the hashes; requirements and an empty wrapper follow. */
const LAST_HASH = 21;

/** Three pages and a bit, the own hash in the first and across the edge of the third. */
function naming(own: string): string {
  return `${own}${"x".repeat(3 * PAGE - 48 - 32 - 7)}${own}${"y".repeat(99)}`;
}

function signs(name: string, options: ProgramOptions) {
  Deno.test(`macOS: ${name} that names itself is signed for what it is`, async () => {
    const one = built("a", (own) => program(naming(own), options));
    assert(!one.file.includes(one.own), "the hash of the build is gone");
    assert(isSigned(one.file, options));
    assert.deepEqual(await one.problems(), []);
    const other = built("b", (own) => program(naming(own), options), "/another/root");
    assert.notEqual(one.own, other.own);
    assert.equal(one.object, other.object, "it has one name wherever it was built");
    assert.deepEqual(one.file, other.file);
  });
}

signs("a program", {});
signs("a program with hashes of two kinds", { both: true });

Deno.test("macOS: each program of a fat file is signed", async () => {
  const made = built("a", (own) => fat([program(naming(own)), program("nothing"), program(own)]));
  const sizes = [program(naming(made.own)), program("nothing"), program(made.own)]
    .map(({ length }) => length);
  let at = PAGE;
  for (const size of sizes) {
    assert(isSigned(made.file.subarray(at, at + size)));
    at += Math.ceil(size / PAGE) * PAGE;
  }
  assert.deepEqual(await made.problems(), []);
});

Deno.test("macOS: whoever changes a program's pages or its signature is found out", async () => {
  const made = built("a", (own) => program(naming(own)));
  for (const at of [1000, made.file.length - LAST_HASH, made.file.length - 1]) {
    const again = built("a", (own) => program(naming(own)));
    again.change(at);
    assert.deepEqual((await again.problems()).map(({ kind }) => kind), ["content"], String(at));
  }
});

Deno.test("macOS: a program that names another output of its build is signed", async () => {
  const system = memorySystem();
  const store = openStore(system, "/r", { system: "/r" });
  const scratch = (output: string) =>
    store.scratchPath("a".repeat(64) as DerivationHash, output, "thing", "1");
  const [lib, out] = [scratch("lib"), scratch("out")];
  makeFolders(system.fs, "/r/store/tmp");
  write(system.fs, lib, Buffer.from("a library"));
  const object = store.register({ scratch: lib, name: "thing", version: "1", candidates: [] });
  write(system.fs, out, program(naming(lib.slice(-32))));
  const siblings = new Map([[lib, object]]);
  const needing = { scratch: out, name: "thing", version: "1", candidates: [], siblings };
  const path = store.pathOf(store.register(needing));
  const file = Buffer.from(system.fs.readFile(path));
  assert(file.includes(object.slice(-32)) && !file.includes(lib.slice(-32)));
  assert(isSigned(file));
  assert.deepEqual(await verifyObjects(system, "/r"), []);
});

Deno.test("macOS: a signed program beside a script that names the store can be moved", async () => {
  const made = (root: string) => {
    const system = memorySystem();
    const store = openStore(system, root, { system: root });
    const scratch = store.scratchPath("a".repeat(64) as DerivationHash, "out", "thing", "1");
    makeFolders(system.fs, `${scratch}/bin`);
    write(system.fs, `${scratch}/bin/a`, program(naming(scratch.slice(-32))));
    write(system.fs, `${scratch}/bin/b`, Buffer.from(`#!/bin/sh\nexec ${scratch}/bin/a\n`));
    const object = store.register({ scratch, name: "thing", version: "1", candidates: [] });
    const file = Buffer.from(system.fs.readFile(`${store.pathOf(object)}/bin/a`));
    return { object, file, problems: () => verifyObjects(system, root) };
  };
  const [one, other] = [made("/r"), made("/another/root")];
  assert.equal(one.object, other.object);
  assert(one.file.equals(other.file) && isSigned(one.file));
  assert.deepEqual([await one.problems(), await other.problems()], [[], []]);
});

/** The file is stored as it is, but for its hash. */
function leaves(name: string, content: (own: string) => Buffer) {
  Deno.test(`macOS: ${name} is not signed`, async () => {
    const made = built("a", content);
    const expected = content(made.own).toString("latin1")
      .replaceAll(made.own, made.object.slice(-32));
    assert(made.file.toString("latin1") === expected);
    assert.deepEqual(await made.problems(), []);
  });
}

leaves("what somebody has certified", (own) => program(naming(own), { certified: true }));
leaves("what is not signed by nobody", (own) => program(naming(own), { flags: 0 }));
leaves("what names nothing of the store", () => program("x".repeat(9999)));
leaves("what is cut off", (own) => program(naming(own)).subarray(0, -50));
leaves("a class of Java", (own) => Buffer.from(`\xca\xfe\xba\xbe\0\0\0\x34${own}`, "latin1"));
leaves("a signature that was wrong before", (own) => {
  const bytes = program(naming(own));
  bytes[bytes.length - LAST_HASH] ^= 1;
  return bytes;
});

Deno.test("macOS: no damaged program is more than its bytes", () => {
  const { fs } = memorySystem();
  const own = "0123456789abcdfghijklmnpqrsvwxyz";
  const whole = program(naming(own));
  const replacements = [{ stem: "thing", from: own, to: "0".repeat(32) }];
  for (let at = 0; at < whole.length; at += at < 48 || at > 3 * PAGE + 50 ? 1 : 997) {
    for (const byte of [0, 0x7f, 0xff]) {
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      write(fs, "/a", bytes);
      for (const patch of renewedSignatures(fs, "/a", replacements)) {
        assert(patch.at >= 0 && patch.at + patch.bytes.length <= whole.length);
      }
      fs.remove("/a");
    }
  }
});
