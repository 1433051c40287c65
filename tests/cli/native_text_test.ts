import assert from "node:assert/strict";
import { nativeText } from "../../src/cli/terminal/native_text.ts";

Deno.test("windows: paths are shown as people there write them, and contents as they are", () => {
  const { message, result, value } = nativeText("windows");
  assert.equal(
    message('Cannot link /c/Users/jo/x: a folder is there\n  at /d/a b/init.lua:3 in "/c/"'),
    'Cannot link C:/Users/jo/x: a folder is there\n  at D:/a b/init.lua:3 in "C:/"',
  );
  assert.equal(message("look into /unc/server/share/x"), "look into //server/share/x");
  assert.equal(
    message("https://host/c/x and/or ~/c/x, /usr/bin"),
    "https://host/c/x and/or ~/c/x, /usr/bin",
  );
  assert.equal(result("Kept /c/x.\n  ~  /c/x  link"), "Kept C:/x.\n  ~  /c/x  link");
  assert.equal(result("/c/store/a\n-/c/x\n /c/x\n+ /c/x"), "C:/store/a\n-/c/x\n /c/x\n+ /c/x");
  assert.equal(
    JSON.stringify({ path: "/c/x", text: "run /c/x", list: ["/d"], n: 1 }, value),
    '{"path":"C:/x","text":"run /c/x","list":["D:/"],"n":1}',
  );
});

Deno.test("elsewhere texts are shown as they are", () => {
  for (const os of ["linux", "darwin"] as const) {
    const { message, result, value } = nativeText(os);
    assert.deepEqual([message("a /c/x"), result("/c/x"), value("", "/c/x")], [
      "a /c/x",
      "/c/x",
      "/c/x",
    ]);
  }
});
