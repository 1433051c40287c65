/** The generated files are what is beside them. */
import assert from "node:assert/strict";
import { generatedFiles } from "../../scripts/embed_lua.ts";

for (const [name, expected] of Object.entries(await generatedFiles())) {
  Deno.test(`src/${name} is up to date`, () => {
    const present = Deno.readTextFileSync(new URL(`../../src/${name}`, import.meta.url));
    assert.ok(present === expected, "run: scripts/deno run -A scripts/embed_lua.ts");
  });
}
