import assert from "node:assert/strict";
import { commandEnvironment } from "../../src/platform/environment.ts";
import { platformAdapters } from "../../src/platform/platform.ts";
import { fixedEnvironment } from "../../src/realize/environment.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";
import { decodedScript } from "../support/powershell_reader.ts";

const USER: Readonly<Record<string, string>> = {
  Path: "C:\\Windows\\System32",
  PATHEXT: ".EXE",
  ComSpec: "C:\\Windows\\System32\\cmd.exe",
  SystemRoot: "C:\\Windows",
  ProgramData: "C:\\ProgramData",
  ProgramFiles: "C:\\Program Files",
  USERNAME: "jo",
  SECRET: "x",
  PSModulePath: "C:\\Program Files\\PowerShell\\7\\Modules",
};

/** As Windows looks variables up. */
const env = (name: string) =>
  Object.entries(USER).find(([one]) => one.toUpperCase() === name.toUpperCase())?.[1];

Deno.test("windows: commands get what programs there need, and paths in the system's form", () => {
  const found = commandEnvironment({ os: "windows", env }, {
    home: "/c/Users/jo",
    root: "/c/Users/jo/AppData/Local/syslua",
  });
  // Windows PowerShell would look for its own modules among those of PowerShell 7.
  const { Path: _, SECRET: __, PSModulePath: ___, ...passed } = USER;
  assert.deepEqual(found, {
    ...passed,
    HOME: "C:\\Users\\jo",
    PATH: "C:\\Users\\jo\\AppData\\Local\\syslua\\profile\\bin;C:\\Windows\\System32",
  });
});

Deno.test("windows: a line of a config is run by PowerShell", () => {
  const system = memorySystem({ host: { os: "windows", env } });
  const { shell } = platformAdapters(system, { root: "/c/r", home: "/c/Users/jo" });
  assert.match(decodedScript(shell("winget list")), /\$SysluaScript = 'winget list'/);
});

Deno.test("windows: a build gets what programs there need, the same on every machine", () => {
  const found = fixedEnvironment({
    os: "windows",
    tmp: "/c/r/build/1",
    tools: ["/c/r/store/obj/a/bin"],
    host: false,
  });
  for (
    const name of ["PATHEXT", "ComSpec", "SystemRoot", "ProgramData", "ProgramFiles", "USERNAME"]
  ) {
    assert.ok(found[name], name);
  }
  assert.equal(found.TEMP, "C:\\r\\build\\1");
  assert.match(found.PATH, /^C:\\r\\store\\obj\\a\\bin;C:\\Windows\\System32;/);
});
