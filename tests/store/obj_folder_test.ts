import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { DerivationHash } from "../../src/manifest/types.ts";
import { bringBack, putAside } from "../../src/store/aside.ts";
import { collectGarbage } from "../../src/store/gc.ts";
import { layoutOf } from "../../src/store/layout.ts";
import { inObjects } from "../../src/store/obj_folder.ts";
import { optimise } from "../../src/store/optimise.ts";
import { openStore } from "../../src/store/store.ts";
import { FsError } from "../../src/system/fs.ts";
import { realSystem } from "../../src/system/real.ts";
import { grow, inTemp } from "./trees.ts";

const system = realSystem();
const { fs } = system;

Deno.test("the folder of objects is closed after whatever changes it", () =>
  inTemp(fs, async (folder) => {
    const root = `${folder}/root`;
    const store = openStore(system, root);
    const closed = (after: string) =>
      assert.equal(fs.lstat(`${store.dir}/obj`)?.mode, 0o555, after);
    const file = store.addFile("file", Buffer.from("same"), false);
    closed("adding a file");
    grow(fs, `${folder}/tree`, { dir: { a: { file: "same" } } });
    const tree = store.addTree("tree", `${folder}/tree`);
    closed("adding a tree");
    const scratch = store.scratchPath("d".repeat(64) as DerivationHash, "out", "it", null);
    grow(fs, scratch, { dir: { a: { file: "other" } } });
    store.register({ scratch, name: "it", version: null, candidates: [] });
    closed("registering an output");
    optimise(fs, root);
    closed("optimising");
    for (const object of [file, tree]) putAside(fs, root, object);
    closed("putting aside");
    bringBack(fs, root);
    closed("bringing back");
    const { removed } = await collectGarbage(system, root, [file]);
    assert.equal(removed.length, 2);
    closed("collecting garbage");
  }));

Deno.test("an operation is done again when another process has closed the folder", () =>
  inTemp(fs, (folder) => {
    const layout = layoutOf(folder);
    grow(fs, layout.dir, { dir: { obj: { dir: {}, mode: 0o555 } } });
    let tries = 0;
    inObjects(fs, layout, () => {
      assert.equal(fs.lstat(layout.obj)?.mode, 0o755);
      if (++tries < 5) throw new FsError("rename", layout.obj, "EACCES");
    });
    assert.equal(tries, 5);
    assert.throws(
      () =>
        inObjects(fs, layout, () => {
          throw new FsError("rename", layout.obj, "EACCES");
        }),
      { code: "EACCES" },
    );
    assert.equal(fs.lstat(layout.obj)?.mode, 0o555);
  }));
