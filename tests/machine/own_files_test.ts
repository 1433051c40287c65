/** What a root holds, and what somebody else has put there. */
import assert from "node:assert/strict";
import { foreignFiles } from "../../src/machine/own_files.ts";
import { writeText } from "../activation/support.ts";
import { inMemory } from "../support/memory.ts";

Deno.test("own files: what was set aside again and again is sys.lua's, other names are not", () => {
  const { fs } = inMemory();
  for (const folder of ["/r", "/r/snapshots"]) fs.mkdir(folder, 0o755);
  const hash = "0".repeat(64);
  const own = ["1.json", `${hash}.base`, `${hash}.spare`, "current"];
  for (const end of ["", ".new", ".damaged", ".damaged-2", ".damaged-10"]) {
    for (const name of own) writeText(fs, `/r/snapshots/${name}${end}`, "", 0o600);
  }
  assert.deepEqual(foreignFiles(fs, "/r", "/c"), []);
  const theirs = ["1.json.damaged-", "notes", `${hash}.spare.txt`, "index.damaged-2"];
  for (const name of theirs) writeText(fs, `/r/snapshots/${name}`, "", 0o600);
  const found = theirs.map((name) => `snapshots/${name}`).sort();
  assert.deepEqual([...foreignFiles(fs, "/r", "/c")].sort(), found);
});
