/** The Lua files in the program are those beside it. */
import assert from "node:assert/strict";
import { generatedFiles } from "../../scripts/embed_lua.ts";

for (const [name, expected] of Object.entries(generatedFiles())) {
  Deno.test(`src/lua/${name} is up to date`, () => {
    const present = Deno.readTextFileSync(new URL(`../../src/lua/${name}`, import.meta.url));
    assert.ok(present === expected, "run: scripts/deno run -A scripts/embed_lua.ts");
  });
}
