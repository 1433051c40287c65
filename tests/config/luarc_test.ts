import assert from "node:assert/strict";
import { luarc } from "../../src/config/luarc.ts";

const TYPES = "/data/syslua/types";

Deno.test("a fresh file points to the types", () => {
  const settings = JSON.parse(luarc(null, TYPES)!);
  assert.deepEqual(settings["workspace.library"], [TYPES]);
  assert.equal(settings["runtime.version"], "Lua 5.4");
});

Deno.test("a second time nothing changes", () => {
  assert.equal(luarc(luarc(null, TYPES)!, TYPES), null);
});

Deno.test("the user's own settings stay", () => {
  const own = {
    "runtime.version": "LuaJIT",
    "diagnostics.globals": ["vim"],
    "workspace.library": ["/x"],
  };
  const settings = JSON.parse(luarc(JSON.stringify(own), TYPES)!);
  assert.equal(settings["runtime.version"], "LuaJIT");
  assert.deepEqual(settings["diagnostics.globals"], ["vim"]);
  assert.deepEqual(settings["workspace.library"], ["/x", TYPES]);
});

Deno.test("settings in tables are found too", () => {
  const own = {
    runtime: { version: "LuaJIT" },
    workspace: { library: ["/x"], checkThirdParty: true },
  };
  const settings = JSON.parse(luarc(JSON.stringify(own), TYPES)!);
  assert.deepEqual(settings.workspace, { library: ["/x", TYPES], checkThirdParty: true });
  assert.equal("runtime.version" in settings, false);
  assert.equal("workspace.library" in settings, false);
});

Deno.test("types of another version are replaced", () => {
  const before = luarc(null, "/old/types")!;
  const settings = JSON.parse(luarc(before, TYPES, (path) => path === "/old/types")!);
  assert.deepEqual(settings["workspace.library"], [TYPES]);
});

Deno.test("a file that is not plain JSON is left alone", () => {
  for (const text of ["// comment\n{}", "[]", "null", "{"]) {
    assert.equal(luarc(text, TYPES), null, text);
  }
});
