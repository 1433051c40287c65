/** Where a config is looked for. */
import assert from "node:assert/strict";
import { findConfig, usualFolder } from "../../src/config/find.ts";
import { SysError } from "../../src/errors.ts";
import type { Host } from "../../src/system/mod.ts";
import { writeFiles } from "./support/config.ts";
import { fixedSystem } from "./support/world.ts";

const ENTRY = "return { setup = function() end }";

/** A folder with `files`, in which `home` and `cwd` lie. `env` may name it as `$DIR`. */
function check(
  what: string,
  files: Record<string, string>,
  given: { path?: string; env?: Record<string, string> },
  expected: string | RegExp,
) {
  Deno.test(`find: ${what}`, () => {
    const dir = Deno.makeTempDirSync({ prefix: "sys-find-" });
    try {
      for (const folder of ["home", "cwd"]) Deno.mkdirSync(`${dir}/${folder}`);
      writeFiles(dir, files);
      const { fs, host } = fixedSystem({
        home: `${dir}/home`,
        cwd: `${dir}/cwd`,
      });
      const world: Host = {
        ...host,
        env: (name) => given.env?.[name]?.replace("$DIR", dir),
      };
      const find = () => findConfig({ fs, host: world }, given.path?.replace("$DIR", dir));
      if (typeof expected === "string") assert.equal(find(), `${dir}/${expected}`);
      else {
        assert.throws(find, (error: unknown) => {
          assert.ok(error instanceof SysError && error.kind === "config");
          assert.match([error.message, ...error.notes].join("\n"), expected);
          return true;
        });
      }
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  });
}

check("a file", { "cwd/x.lua": ENTRY }, { path: "x.lua" }, "cwd/x.lua");
check("an absolute file", { "x.lua": ENTRY }, { path: "$DIR/x.lua" }, "x.lua");
check("a folder", { "cwd/sub/init.lua": ENTRY }, { path: "sub" }, "cwd/sub/init.lua");
check("a folder without one", { "cwd/sub/x": "" }, { path: "sub" }, /there is no init\.lua in sub/);
check("a file that is not there", {}, { path: "y.lua" }, /there is no y\.lua/);
check("here", { "cwd/init.lua": ENTRY, "home/.config/syslua/init.lua": ENTRY }, {}, "cwd/init.lua");
check(
  "not another program's init.lua",
  { "cwd/init.lua": "vim.o.number = true", "home/.config/syslua/init.lua": ENTRY },
  {},
  "home/.config/syslua/init.lua",
);
check(
  "the usual folder",
  { "home/.config/syslua/init.lua": ENTRY },
  {},
  "home/.config/syslua/init.lua",
);
check(
  "XDG_CONFIG_HOME",
  { "xdg/syslua/init.lua": ENTRY },
  { env: { XDG_CONFIG_HOME: "$DIR/xdg" } },
  "xdg/syslua/init.lua",
);
check(
  "a relative XDG_CONFIG_HOME counts for nothing",
  { "home/.config/syslua/init.lua": ENTRY },
  { env: { XDG_CONFIG_HOME: "xdg" } },
  "home/.config/syslua/init.lua",
);
check(
  "nowhere",
  {},
  {},
  /cwd\/init\.lua: not there\n.*home\/\.config\/syslua\/init\.lua: not there/,
);
check(
  "nowhere, and why the one here does not count",
  { "cwd/init.lua": "return 1" },
  {},
  /does not look like an entry point/,
);

Deno.test("find: root's usual folder", () => {
  assert.equal(usualFolder(fixedSystem({ elevated: true }).host), "/etc/syslua");
});

Deno.test("windows: the usual folder is that of XDG_CONFIG_HOME in the system's form, else of APPDATA", () => {
  const set: Record<string, string> = { APPDATA: "C:\\Users\\jo\\AppData\\Roaming" };
  const host = { ...fixedSystem().host, os: "windows" as const, env: (name: string) => set[name] };
  assert.equal(usualFolder(host), "/c/Users/jo/AppData/Roaming/syslua");
  set.XDG_CONFIG_HOME = "C:\\Users\\jo\\.config";
  assert.equal(usualFolder(host), "/c/Users/jo/.config/syslua");
});
