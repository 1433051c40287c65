import assert from "node:assert/strict";
import nodeFs from "node:fs";
import { writeReport } from "../../src/journeys/report_file.ts";
import { realSystem } from "../../src/system/real.ts";
import { withTemporary } from "../support/temporary.ts";

Deno.test("report file: one that is there is replaced, and no other name is left", () =>
  withTemporary(async (dir) => {
    const system = realSystem();
    await writeReport(system, `${dir}/report`, "one\n");
    Deno.linkSync(`${dir}/report`, `${dir}/twin`);
    Deno.chmodSync(`${dir}/report`, 0o644);
    await writeReport(system, `${dir}/report`, "two\n");
    assert.equal(Deno.readTextFileSync(`${dir}/report`), "two\n");
    assert.equal(Deno.readTextFileSync(`${dir}/twin`), "one\n");
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
      await writeReport(system, `${theirs}/report`, "theirs\n");
      assert.equal(Deno.lstatSync(`${theirs}/report`).uid, 4321);
      // The user leads the folder to one of root's.
      Deno.removeSync(theirs, { recursive: true });
      Deno.symlinkSync(roots, theirs);
      nodeFs.lchownSync(theirs, 4321, 4321);
      await assert.rejects(writeReport(system, `${theirs}/report`, "roots\n"), /permission denied/);
      assert.deepEqual([...Deno.readDirSync(roots)], []);
    }),
});
