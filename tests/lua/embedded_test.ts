/** The generated files are what is beside them. */
import assert from "node:assert/strict";
import { generatedVm, sourcesHash } from "../../scripts/build_lua.ts";
import { generatedFiles } from "../../scripts/embed_lua.ts";
import { SOURCES } from "../../src/lua/wasm.generated.ts";

for (const [name, expected] of Object.entries(await generatedFiles())) {
  Deno.test(`src/${name} is up to date`, () => {
    const present = Deno.readTextFileSync(new URL(`../../src/${name}`, import.meta.url));
    assert.ok(present === expected, "run: scripts/deno task generate");
  });
}

Deno.test("src/lua/wasm.generated.ts was made from the present sources", () => {
  assert.equal(SOURCES, sourcesHash());
});

const compiler = Deno.env.has("LUA_SOURCE");
Deno.test({
  name: "the VM is the same bytes when it is built again; only with LUA_SOURCE",
  ignore: !compiler,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "sys-lua-" });
    try {
      const text = Deno.readTextFileSync(
        new URL("../../src/lua/wasm.generated.ts", import.meta.url),
      );
      assert.ok(await generatedVm(folder) === text, "other bytes");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
