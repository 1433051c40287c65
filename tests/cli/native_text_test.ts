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
  assert.equal(
    result("Kept /c/x.\n  ~  /c/x  link  → /c/y\n      /c/a → /c/b"),
    "Kept C:/x.\n  ~  C:/x  link  → C:/y\n      C:/a → C:/b",
  );
  const difference = "      - /c/x\n\x1b[32m      + /c/y\x1b[39m\n       /c/z";
  assert.equal(result(`/c/store/a\n${difference}`), `C:/store/a\n${difference}`);
  const excerpt = '  at /c/init.lua:3\n  3 | file { path = "/c/x" }\n    |          ^';
  assert.equal(message(excerpt), excerpt.replace("/c/init", "C:/init"));
  const coloured = '  \x1b[2m3 |\x1b[22m env { A = "/c/x" }';
  assert.equal(message(coloured), coloured);
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
