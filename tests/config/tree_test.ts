/** What Lua may see of a folder, and how little is looked at for it. */
import assert from "node:assert/strict";
import { Tree } from "../../src/config/tree.ts";
import { shortHash } from "../../src/digest.ts";
import { hashTree } from "../../src/store/nar.ts";
import type { ReadFs } from "../../src/system/mod.ts";
import { realSystem } from "../../src/system/real.ts";
import { withTemporary } from "../support/temporary.ts";

const { fs } = realSystem();

/** The same files; counts the calls by name. */
function counting(): { fs: ReadFs; calls: Record<string, number> } {
  const calls: Record<string, number> = {};
  const counted = new Proxy(fs, {
    get(target, name: keyof ReadFs) {
      const value = target[name];
      if (typeof value !== "function") return value;
      return (...args: never[]) => {
        calls[name] = (calls[name] ?? 0) + 1;
        return (value as (...args: never[]) => unknown).apply(target, args);
      };
    },
  });
  return { fs: counted, calls };
}

Deno.test("a small source costs one look and one read, its folder is resolved once", async () => {
  await withTemporary((dir) => {
    Deno.mkdirSync(`${dir}/files`);
    for (let n = 0; n < 50; n++) Deno.writeTextFileSync(`${dir}/files/${n}`, `content ${n}`);
    const { fs, calls } = counting();
    const tree = new Tree(fs, dir);
    for (let n = 0; n < 50; n++) tree.source(`files/${n}`, false);
    assert.deepEqual(calls, { realPath: 2, lstat: 50, readFile: 50 });
  });
});

Deno.test("a source is known by the hash of its NAR, however it is read", async () => {
  await withTemporary((dir) => {
    Deno.mkdirSync(`${dir}/folder`);
    Deno.writeTextFileSync(`${dir}/folder/small`, "x");
    Deno.writeTextFileSync(`${dir}/program`, "#!/bin/sh\n", { mode: 0o755 });
    Deno.writeFileSync(`${dir}/empty`, new Uint8Array());
    Deno.writeFileSync(`${dir}/large`, new Uint8Array(100_001).fill(7));
    Deno.symlinkSync("folder/small", `${dir}/link`);
    const tree = new Tree(fs, dir);
    for (const name of ["folder", "folder/small", "program", "empty", "large"]) {
      assert.equal(tree.source(name, false), shortHash(hashTree(fs, `${dir}/${name}`)), name);
    }
    assert.equal(tree.source("link", false), tree.source("folder/small", false));
    assert.equal(tree.source("absent", false), null);
    assert.equal(tree.source("program/below", false), null);
  });
});

Deno.test("a link in the way is followed as far as it stays inside, however often it is asked", async () => {
  await withTemporary((dir) => {
    Deno.mkdirSync(`${dir}/config/real`, { recursive: true });
    Deno.mkdirSync(`${dir}/outside`);
    Deno.writeTextFileSync(`${dir}/config/real/a`, "a");
    Deno.writeTextFileSync(`${dir}/outside/b`, "b");
    Deno.symlinkSync("real", `${dir}/config/inside`);
    Deno.symlinkSync("../outside", `${dir}/config/away`);
    Deno.symlinkSync("../../outside/b", `${dir}/config/real/away`);
    Deno.symlinkSync("nowhere", `${dir}/config/dangling`);
    const tree = new Tree(fs, `${dir}/config`);
    for (let times = 0; times < 2; times++) {
      assert.equal(tree.read("inside/a"), "a");
      assert.equal(tree.kind("away/absent"), null);
      assert.equal(tree.kind("dangling/x"), null);
      for (const path of ["away", "away/b", "inside/away"]) {
        assert.throws(
          () => tree.source(path, false),
          /is a link that leads out of the folder/,
          path,
        );
      }
      assert.throws(() => tree.kind("dangling"), /is a link to nothing/);
    }
  });
});
