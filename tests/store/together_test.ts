import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { layoutOf } from "../../src/store/layout.ts";
import { objectNames } from "../../src/store/list.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { realSystem } from "../../src/system/real.ts";
import { grow, inTemp, type Tree } from "./trees.ts";

const system = realSystem();
const { fs } = system;
const ROUNDS = 15;

/** Stores the same files, folders and outputs as its brothers do at the same time. */
function program(folder: string): string {
  const module = new URL("../../src/", import.meta.url);
  return `
    import { lockDerivation } from "${module}store/lock.ts";
    import { removeTree } from "${module}store/remove.ts";
    import { openStore } from "${module}store/store.ts";
    import { realSystem } from "${module}system/real.ts";
    const system = realSystem();
    const root = ${JSON.stringify(`${folder}/root`)};
    const store = openStore(system, root);
    for (let n = 0; n < ${ROUNDS}; n++) {
      const known = store.addFile("file", new TextEncoder().encode("file " + n), false);
      store.addTree("tree", ${JSON.stringify(`${folder}/trees/`)} + n);
      const derivation = String(n).padStart(64, "0");
      const lock = await lockDerivation(system, root, derivation);
      if (store.outputsOf(derivation) === null) {
        const scratch = store.scratchPath(derivation, "out", "built", null);
        removeTree(system.fs, scratch);
        system.fs.mkdir(scratch, 0o755);
        system.fs.symlink(scratch + store.pathOf(known), scratch + "/link");
        const output = { scratch, name: "built", version: null, candidates: [known] };
        store.recordOutputs(derivation, { out: store.register(output) }, { name: "built" });
        console.log(n);
      }
      lock.release();
    }`;
}

Deno.test("processes that store the same at once do not disturb each other", () =>
  inTemp(fs, async (folder) => {
    const trees = Array.from({ length: ROUNDS }, (_, n): [string, Tree] => [String(n), {
      dir: { a: { file: `a ${n}` }, b: { dir: { c: { file: "c" } } } },
    }]);
    grow(fs, `${folder}/trees`, { dir: Object.fromEntries(trees) });
    const children = Array.from({ length: 3 }, () =>
      new Deno.Command(Deno.execPath(), {
        args: ["eval", "--no-check", program(folder)],
        cwd: fileURLToPath(new URL("../../", import.meta.url)),
        stdout: "piped",
        stderr: "piped",
      }).output());
    const built: string[] = [];
    for (const { success, stdout, stderr } of await Promise.all(children)) {
      assert.ok(success, new TextDecoder().decode(stderr));
      built.push(...new TextDecoder().decode(stdout).split("\n").filter((line) => line !== ""));
    }
    assert.equal(built.length, ROUNDS);
    assert.equal(new Set(built).size, ROUNDS);
    assert.deepEqual(await verifyObjects(system, `${folder}/root`), []);
    const layout = layoutOf(`${folder}/root`);
    assert.equal(objectNames(fs, layout).length, 3 * ROUNDS);
    assert.deepEqual(fs.readDir(layout.obj).filter((name) => name.startsWith(".")), []);
    assert.deepEqual(fs.readDir(layout.tmp), []);
  }));
