/** What stands in the real folder that PATH points into on Windows. */
import assert from "node:assert/strict";
import { SysError } from "../../src/errors.ts";
import type { ProfileFolder } from "../../src/activation/profile.ts";
import { profileShims } from "../../src/activation/shims.ts";
import { makeFolders } from "../../src/system/folders.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";

const PLACE = { file: "init.lua", line: 1 };

/** Shims of folders with these files: the name that they are declared by → name → text. */
function shims(
  folders: Record<string, Record<string, string>>,
  { home = "/c/Users/jo", pathext = undefined as string | undefined, priority = {} } = {},
): Record<string, string> {
  const { fs } = memorySystem();
  const all = Object.entries(folders).map(([dir, files]): ProfileFolder => {
    makeFolders(fs, dir);
    for (const [name, text] of Object.entries(files)) {
      const file = fs.create(`${dir}/${name}`, 0o644);
      file.write(new TextEncoder().encode(text));
      file.close();
    }
    const own = (priority as Record<string, number>)[dir] ?? 100;
    return { dir, priority: own, by: dir, place: PLACE };
  });
  const env = (name: string) => name === "PATHEXT" ? pathext : undefined;
  return Object.fromEntries(profileShims(fs, { home, env }, all));
}

const line = (text: string) => text.replace(/^@ */, "@");

Deno.test("shims: a program is called by its absolute path, from cmd and from Git Bash", () => {
  const found = shims({ "/c/store/rg/bin": { "rg.exe": "MZ", "README.md": "", "x.dll": "" } });
  assert.deepEqual(Object.keys(found), ["rg", "rg.cmd"]);
  assert.equal(line(found["rg.cmd"]), '@"C:\\store\\rg\\bin\\rg.exe" %*\r\n');
  assert.equal(found.rg, `#!/bin/sh\nexec '/c/store/rg/bin/rg.exe' "$@"\n`);
});

Deno.test("shims: one that takes the place of another while that runs ends where that does", () => {
  const found = shims({ "/c/a": { "x.exe": "", "a long name.exe": "" } });
  const lengths = Object.entries(found).filter(([name]) => name.endsWith(".cmd"))
    .map(([, text]) => text.length);
  assert.deepEqual(lengths, [1024, 1024]);
});

Deno.test("shims: what means something to cmd in quotes is doubled, all else is as it is", () => {
  const found = shims({ "/c/100% a&b (x86) ^!": { "a b.exe": "" } });
  assert.equal(line(found["a b.cmd"]), '@"C:\\100%% a&b (x86) ^!\\a b.exe" %*\r\n');
});

Deno.test("shims: an argument of a script's first line is one for cmd, too", () => {
  const files = { "py.exe": "", script: "#!/usr/bin/env -S py %TEMP%\n" };
  const found = shims({ "/c/p": files });
  assert.equal(line(found["script.cmd"]), '@"C:\\p\\py.exe" %%TEMP%% "C:\\p\\script" %*\r\n');
});

Deno.test("shims: below a home that cmd can't be told of, the variable tells", () => {
  const dir = "/c/Users/Jos\u00e9/syslua/bin";
  const found = shims({ [dir]: { "rg.exe": "" } }, { home: "/c/Users/Jos\u00e9" });
  assert.equal(line(found["rg.cmd"]), '@"%USERPROFILE%\\syslua\\bin\\rg.exe" %*\r\n');
  assert.match(found.rg, /Jos\u00e9/);
  assert.throws(() => shims({ [dir]: { "rg.exe": "" } }), (thrown) => {
    assert.ok(thrown instanceof SysError);
    assert.match(thrown.message, /Cannot make rg\.cmd/);
    assert.deepEqual(thrown.place, PLACE);
    return true;
  });
});

const SCRIPTS: [first: string, called: string | null][] = [
  ["#!/usr/bin/python3", '"C:\\bin\\python3.exe"'],
  ["#!/usr/bin/env python3", '"C:\\bin\\python3.exe"'],
  ["#!/usr/bin/env -S python3 -u -B", '"C:\\bin\\python3.exe" -u -B'],
  ["#! C:\\Python\\PYTHON3.EXE -u", '"C:\\bin\\python3.exe" -u'],
  ["#!/bin/sh", null],
  ["#!/usr/bin/env", null],
  ["#!", null],
  ["echo", null],
];
for (const [first, called] of SCRIPTS) {
  Deno.test(`shims: a script that begins with ${JSON.stringify(first)}`, () => {
    const found = shims({ "/c/bin": { "python3.exe": "MZ", tool: `${first}\r\nrest` } });
    const text = found["tool.cmd"];
    if (called === null) return assert.equal(text, undefined);
    assert.equal(line(text), `@${called} "C:\\bin\\tool" %*\r\n`);
    const args = called.split('" ')[1] ?? "";
    const quoted = args === "" ? "" : `${args.split(" ").map((arg) => `'${arg}'`).join(" ")} `;
    assert.equal(found.tool, `#!/bin/sh\nexec '/c/bin/python3.exe' ${quoted}'C:/bin/tool' "$@"\n`);
  });
}

Deno.test("shims: of one folder that counts which Windows would run, of several the priority", () => {
  const folder = { "x.cmd": "", "x.exe": "", "X.bat": "" };
  assert.match(shims({ "/c/a": folder })["x.cmd"], /x\.exe/);
  assert.match(shims({ "/c/a": folder }, { pathext: ".BAT;.EXE" })["X.cmd"], /X\.bat/);
  const two = { "/c/a": { "x.exe": "" }, "/c/b": { "X.cmd": "" } };
  assert.match(shims(two, { priority: { "/c/b": 50 } })["X.cmd"], /b\\X\.cmd/);
  assert.throws(() => shims(two), (thrown) => {
    assert.ok(thrown instanceof SysError && thrown.kind === "config");
    assert.match(thrown.message, /two packages bring bin\/x/);
    return true;
  });
});

Deno.test("shims: a folder that is not there is an error", () => {
  const folder = { dir: "/c/nowhere", priority: 1, by: "tool", place: PLACE };
  const host = { home: "/c", env: () => undefined };
  assert.throws(() => profileShims(memorySystem().fs, host, [folder]), /no such folder/);
});
