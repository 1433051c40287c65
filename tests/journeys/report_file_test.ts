import assert from "node:assert/strict";
import nodeFs from "node:fs";
import { writeReport } from "../../src/journeys/report_file.ts";
import { realSystem } from "../../src/system/real.ts";
import { withTemporary } from "../support/temporary.ts";

const START = "report: ";

Deno.test("report file: what is no former report is not replaced", () =>
  withTemporary(async (dir) => {
    const system = realSystem();
    const path = `${dir}/init.lua`;
    for (const theirs of ["return {}\n", "r", "report:", `x${START}`, "\0".repeat(100_000)]) {
      Deno.writeTextFileSync(path, theirs);
      await assert.rejects(
        writeReport(system, path, `${START}1\n`, START),
        /another file is there/,
      );
      assert.equal(Deno.readTextFileSync(path), theirs);
    }
    // As `mktemp` leaves it.
    for (const former of ["", START, `${START}1\n`]) {
      Deno.writeTextFileSync(path, former);
      await writeReport(system, path, `${START}2\n`, START);
      assert.equal(Deno.readTextFileSync(path), `${START}2\n`);
    }
  }));

Deno.test("report file: one that is there is replaced, and no other name is left", () =>
  withTemporary(async (dir) => {
    const system = realSystem();
    await writeReport(system, `${dir}/report`, "report: one\n", START);
    Deno.linkSync(`${dir}/report`, `${dir}/twin`);
    Deno.chmodSync(`${dir}/report`, 0o644);
    await writeReport(system, `${dir}/report`, "report: two\n", START);
    assert.equal(Deno.readTextFileSync(`${dir}/report`), "report: two\n");
    assert.equal(Deno.readTextFileSync(`${dir}/twin`), "report: one\n");
    assert.equal(Deno.lstatSync(`${dir}/report`).mode! & 0o777, 0o600);
    assert.deepEqual([...Deno.readDirSync(dir)].map(({ name }) => name).sort(), ["report", "twin"]);
  }));

Deno.test({
  name: `report file: root writes it in a user's folder with that user's rights${
    Deno.uid() === 0 ? "" : " (needs root)"
  }`,
  ignore: Deno.uid() !== 0,
  fn: () =>
    withTemporary(async (dir) => {
      const system = realSystem();
      Deno.chmodSync(dir, 0o755);
      const [roots, theirs] = [`${dir}/roots`, `${dir}/theirs`];
      for (const folder of [roots, theirs]) Deno.mkdirSync(folder, { mode: 0o755 });
      Deno.chownSync(theirs, 4321, 4321);
      await writeReport(system, `${theirs}/report`, "report: theirs\n", START);
      assert.equal(Deno.lstatSync(`${theirs}/report`).uid, 4321);
      // The user leads the folder to one of root's.
      Deno.removeSync(theirs, { recursive: true });
      Deno.symlinkSync(roots, theirs);
      nodeFs.lchownSync(theirs, 4321, 4321);
      await assert.rejects(
        writeReport(system, `${theirs}/report`, "roots\n", START),
        /permission denied/,
      );
      assert.deepEqual([...Deno.readDirSync(roots)], []);
    }),
});
