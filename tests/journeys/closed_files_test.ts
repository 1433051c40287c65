/** What its owner may not read below the root: the error names the way on, and repair gives the permissions again. */
import assert from "node:assert/strict";
import { collect } from "../../src/journeys/collect.ts";
import { destroy } from "../../src/journeys/restore.ts";
import { openClosed } from "../../src/machine/closed_files.ts";
import { HOME, MemoryMachine, UNASKED } from "./memory_machine.ts";

const CLOSED = [
  "originals/1",
  "originals/index.json",
  "snapshots/1.json",
  "snapshots",
  "store/refs/.files",
  "store/refs",
];
const GC = { dryRun: true, keep: null, olderThan: null, maxBytes: null };

for (const below of CLOSED) {
  Deno.test(`closed: ${below} is opened by repair, and what was there comes back`, async () => {
    const t = new MemoryMachine();
    t.write(`${HOME}/a`, "mine");
    t.setup('file { path = "~/a", content = "ours" }');
    await t.apply();
    const { root } = t.open();
    const { fs } = t.system;
    const path = `${root}/${below}`;
    fs.chmod(path, 0);
    const request = { ...UNASKED, dryRun: false };
    await assert.rejects(
      t.held("exclusive", async (machine) => {
        await collect(machine, GC);
        await destroy(machine, request);
      }),
      { hint: /`sys repair` gives/ },
    );
    assert.deepEqual(openClosed(t.open()), [path]);
    assert.deepEqual(openClosed(t.open()), []);
    await t.held("exclusive", (machine) => destroy(machine, request));
    assert.equal(new TextDecoder().decode(fs.readFile(`${HOME}/a`)), "mine");
  });
}

Deno.test("closed: what another sys removes while repair looks is nothing to be opened", async () => {
  const t = new MemoryMachine();
  t.setup('file { path = "~/a", content = "ours" }');
  await t.apply();
  const machine = t.open();
  const { fs } = machine.system;
  const gone = (path: string) => {
    fs.remove(path);
    return fs.openRead(path);
  };
  const going = new Proxy(fs, {
    get(_, name) {
      const own = Reflect.get(fs, name);
      return name === "openRead" ? gone : typeof own === "function" ? own.bind(fs) : own;
    },
  });
  const system = { ...machine.system, fs: going };
  assert.deepEqual(openClosed({ root: machine.root, system }), []);
});
