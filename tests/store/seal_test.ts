/** What is recorded about an object is what `lstat` shows of it, however it came to be. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { DerivationHash } from "../../src/manifest/types.ts";
import { entriesOf } from "../../src/store/entries.ts";
import { layoutOf } from "../../src/store/layout.ts";
import type { ObjectName } from "../../src/store/names.ts";
import { readRecord } from "../../src/store/record.ts";
import { openStore } from "../../src/store/store.ts";
import type { Store } from "../../src/store/types.ts";
import { realSystem } from "../../src/system/real.ts";
import { grow, inTemp, type Tree } from "./trees.ts";

const system = realSystem();
const { fs } = system;
const DRV = "d".repeat(64) as DerivationHash;

function register(store: Store, make: (scratch: string) => void): ObjectName {
  store.addFile("first", Buffer.from(""), false);
  const scratch = store.scratchPath(DRV, "out", "thing", null);
  make(scratch);
  return store.register({ scratch, name: "thing", version: null, candidates: [] });
}

const output = (tree: (scratch: string) => Tree) => (store: Store) =>
  register(store, (scratch) => grow(fs, scratch, tree(scratch)));

const MANY: Tree = {
  dir: {
    "a b": { file: "text", mode: 0o640 },
    bin: { dir: { run: { file: "#!/bin/sh\n", mode: 0o4755 }, up: { link: "../a b" } } },
    empty: { dir: {}, mode: 0o700 },
  },
};

const WAYS: Readonly<Record<string, (store: Store, folder: string) => ObjectName>> = {
  "a file": (store) => store.addFile("f", Buffer.from("text"), true),
  "a folder of the user's": (store, folder) => {
    grow(fs, `${folder}/mine`, MANY);
    return store.addTree("mine", `${folder}/mine`);
  },
  "a link of the user's": (store, folder) => {
    fs.symlink("nowhere", `${folder}/mine`);
    return store.addTree("mine", `${folder}/mine`);
  },
  "an output": output(() => MANY),
  "an output that is a file": output(() => ({ file: "x", mode: 0o600 })),
  "an output that is a link": output(() => ({ link: "x" })),
  "an output that names itself": output((scratch) => ({
    dir: { file: { file: `${scratch}/file` }, link: { link: scratch }, other: { file: "other" } },
  })),
  "an output with hard links": (store) =>
    register(store, (scratch) => {
      grow(fs, scratch, MANY);
      fs.link(`${scratch}/a b`, `${scratch}/c`);
    }),
  "an output with hard links to what is not in it": (store, folder) =>
    register(store, (scratch) => {
      grow(fs, scratch, MANY);
      fs.link(`${scratch}/a b`, `${folder}/c`);
    }),
};

for (const [way, make] of Object.entries(WAYS)) {
  Deno.test(`the seal of ${way} fits`, () =>
    inTemp(fs, (folder) => {
      const root = `${folder}/root`;
      const store = openStore(system, root);
      const object = make(store, folder);
      const record = readRecord(fs, layoutOf(root), object);
      assert.deepEqual(record?.entries, entriesOf(fs, store.pathOf(object)));
    }));
}
