import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mendObject } from "../../src/store/mend.ts";
import type { ObjectName } from "../../src/store/names.ts";
import { openStore } from "../../src/store/store.ts";
import type { Store } from "../../src/store/types.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { realSystem } from "../../src/system/real.ts";
import { grow, inTemp, type Tree } from "./trees.ts";

const system = realSystem();
const { fs } = system;

function inStore(test: (store: Store, folder: string, root: string) => void | Promise<void>) {
  return () =>
    inTemp(fs, (folder) => {
      const root = `${folder}/root`;
      return test(openStore(system, root, { shared: true }), folder, root);
    });
}

const modeOf = (store: Store, object: ObjectName, below = "") =>
  fs.lstat(store.pathOf(object) + below)?.mode;

Deno.test(
  "a private file is another object than a public one with the same content, in any order",
  inStore(async (store, folder, root) => {
    const content = Buffer.from("key");
    grow(fs, `${folder}/key`, { file: content, mode: 0o600 });
    grow(fs, `${folder}/script`, { file: "run", mode: 0o750 });
    for (let round = 0; round < 2; round++) {
      const hidden = store.addTree("key", `${folder}/key`);
      const open = store.addFile("key", content, false);
      assert.equal(store.addFile("key", content, false, true), hidden);
      assert.equal(store.nameOfFile("key", content, false, true), hidden);
      assert.notEqual(open, hidden);
      assert.deepEqual([modeOf(store, hidden), modeOf(store, open)], [0o400, 0o444]);
    }
    assert.equal(modeOf(store, store.addTree("script", `${folder}/script`)), 0o500);
    assert.deepEqual(await verifyObjects(system, root), []);
  }),
);

const MIXED: Tree = {
  dir: {
    open: { file: "open" },
    key: { file: "key", mode: 0o600 },
    closed: { dir: { inside: { file: "inside" } }, mode: 0o700 },
  },
};

Deno.test(
  "what is private below a tree stays so; a tree that differs in this alone is another object",
  inStore(async (store, folder, root) => {
    grow(fs, `${folder}/mixed`, MIXED);
    const mixed = store.addTree("it", `${folder}/mixed`);
    assert.deepEqual(
      ["", "/open", "/key", "/closed", "/closed/inside"].map((below) =>
        modeOf(store, mixed, below)
      ),
      [0o555, 0o444, 0o400, 0o500, 0o444],
    );
    fs.chmod(`${folder}/mixed/key`, 0o644);
    const less = store.addTree("it", `${folder}/mixed`);
    fs.chmod(`${folder}/mixed/closed`, 0o755);
    const open = store.addTree("it", `${folder}/mixed`);
    const whole = store.addTree("it", `${folder}/mixed`, { isPrivate: true });
    assert.equal(new Set([mixed, less, open, whole]).size, 4);
    assert.deepEqual([modeOf(store, whole), modeOf(store, open)], [0o500, 0o555]);
    assert.deepEqual(await verifyObjects(system, root), []);
  }),
);

for (const lost of [false, true]) {
  Deno.test(
    `mending keeps private what is${lost ? ", also when its record is lost" : ""}`,
    inStore(async (store, folder, root) => {
      grow(fs, `${folder}/mixed`, MIXED);
      const mixed = store.addTree("it", `${folder}/mixed`);
      const key = store.addFile("key", Buffer.from("key"), false, true);
      if (lost) {
        for (const name of [mixed, ".files"]) fs.remove(`${root}/store/refs/${name}`);
      } else {
        fs.chmod(`${store.pathOf(mixed)}/key`, 0o444);
        fs.chmod(`${store.pathOf(mixed)}/closed`, 0o755);
        fs.chmod(store.pathOf(key), 0o644);
      }
      const problems = await verifyObjects(system, root);
      assert.deepEqual(problems.map(({ kind }) => kind), Array(2).fill(lost ? "record" : "form"));
      for (const problem of problems) assert.ok(mendObject(fs, root, problem));
      assert.deepEqual(await verifyObjects(system, root), []);
      assert.equal(modeOf(store, key), 0o400);
      assert.equal(modeOf(store, mixed, "/key"), 0o400);
      assert.equal(modeOf(store, mixed, "/closed"), 0o500);
    }),
  );
}
