/** The env scripts of Windows: each shell's own form of paths, and every byte as it is. */
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { envScripts } from "../../src/activation/env_scripts.ts";
import { cmdScript } from "../../src/activation/shell/cmd.ts";
import {
  type Environment,
  nativeEnvironment,
  type Variable,
} from "../../src/activation/shell/environment.ts";
import { nushellScript } from "../../src/activation/shell/nushell.ts";
import { powershellScript } from "../../src/activation/shell/powershell.ts";
import { Cmd } from "../support/cmd_reader.ts";
import { NU } from "../support/nushell.ts";
import { readBy51, readBy7, readScript } from "../support/powershell_reader.ts";
import { withTemporary } from "../support/temporary.ts";
import { real } from "./support.ts";

const set = (name: string, value: string): Variable => ({
  name,
  op: "set",
  values: [value],
  separator: "",
});

const LAPTOP: Environment = {
  variables: [
    set("EDITOR", "code"),
    {
      name: "PATH",
      op: "append",
      values: ["/c/tools", "/d/b (x86)"],
      native: ["C:\\tools", "D:\\b (x86)"],
      separator: ":",
    },
  ],
  profile: "/c/Users/Jos\u00e9/AppData/Local/syslua/profile",
  scripts: [],
};
const BIN = "C:\\Users\\Jos\u00e9\\AppData\\Local\\syslua\\profile\\bin";
const NATIVE = nativeEnvironment(LAPTOP, "windows");

/** Texts with what PowerShell and cmd take for something else. */
const nasty = fc.oneof(
  fc.array(
    fc.constantFrom(
      ..."'\"\u2018\u2019\u201a\u201b\u201c\u201d\u201e`$%!^&|<>()=;, \\\u00d2\u00e9ab",
    ),
    { maxLength: 12 },
  ).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  // deno-lint-ignore no-control-regex
).map((text) => text.replace(/[\x00-\x1f\x7f]/g, "").toWellFormed());

Deno.test("windows: env.ps1 says every text in Windows PowerShell 5.1 and in 7", () => {
  fc.assert(
    fc.property(fc.array(nasty, { minLength: 1, maxLength: 5 }), (values) => {
      const variables = values.map((value, n) => set(`V${n}`, value));
      const file = new TextEncoder().encode(
        powershellScript({ variables, profile: null, scripts: [], windows: true }),
      );
      for (const script of [readBy51(file), readBy7(file)]) {
        const { texts, code } = readScript(script);
        const said = texts.slice(texts.length - values.length);
        assert.deepEqual(said, values);
        for (const n of values.keys()) assert.ok(code.includes(`\${env:V${n}} = ''\n`));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("windows: what env.ps1 sources may have any name", () => {
  const paths = ["C:\\Jos\u00e9\\x.ps1", "C:\\it's \u2019\u00d2\\x.ps1"];
  const scripts = paths.map((path) => ({ path, shells: ["powershell"] }));
  const file = new TextEncoder().encode(powershellScript({ ...NATIVE, scripts }));
  assert.deepEqual(readScript(readBy51(file)).texts.slice(-2), paths);
});

Deno.test("windows: env.ps1 has native paths, and lists with semicolons", () => {
  const script = powershellScript(NATIVE);
  assert.equal(script.charCodeAt(0), 0xfeff);
  const { texts } = readScript(script);
  assert.ok(texts.includes("C:\\tools;D:\\b (x86)"));
  assert.ok(texts.includes(BIN));
  assert.ok(!texts.some((text) => text.includes("/")), "no path of another form");
  assert.ok(!script.includes("MANPATH"));
  assert.match(script, /-notcontains \$_/, "Windows knows no cases");
});

function inCmd(
  script: string,
  env: Record<string, string>,
  { times = 1, delayed = false } = {},
): Cmd {
  const cmd = new Cmd(env, delayed);
  for (let n = 0; n < times; n++) cmd.run(script);
  return cmd;
}

Deno.test("windows: env.cmd says every text, with delayed expansion and without", () => {
  fc.assert(
    fc.property(fc.array(nasty.filter((text) => text !== ""), { maxLength: 5 }), (values) => {
      const script = cmdScript({
        ...NATIVE,
        variables: values.map((value, n) => set(`V${n}`, value)),
      });
      for (const delayed of [false, true]) {
        const cmd = inCmd(script, { Path: "C:\\Windows" }, { delayed });
        values.forEach((value, n) => assert.equal(cmd.get(`V${n}`), value, `delayed: ${delayed}`));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("windows: env.cmd adds to lists, once, whatever the case", () => {
  const script = cmdScript(NATIVE);
  for (const times of [1, 2, 3]) {
    const cmd = inCmd(script, { Path: "c:\\TOOLS;C:\\Windows;C:\\Program Files (x86)\\x" }, {
      times,
    });
    assert.equal(
      cmd.get("PATH"),
      `${BIN};C:\\Windows;C:\\Program Files (x86)\\x;C:\\tools;D:\\b (x86)`,
    );
    assert.equal(cmd.get("EDITOR"), "code");
  }
  assert.equal(inCmd(script, {}).get("PATH"), `${BIN};C:\\tools;D:\\b (x86)`);
});

Deno.test("windows: env.cmd unsets what is given up, and leaves out what cmd can't say", () => {
  const before = inCmd(cmdScript(NATIVE), {});
  before.run(cmdScript({ ...NATIVE, variables: [set("PAGER", "more")] }));
  assert.deepEqual([before.get("EDITOR"), before.get("PAGER")], [undefined, "more"]);
  const unsaid: Variable[] = [
    set("LINES", "a\nb"),
    set("LONG", "x".repeat(9000)),
    { name: "ODD", op: "prepend", values: ["a=b"], separator: ";" },
  ];
  const script = cmdScript({ ...NATIVE, variables: unsaid });
  const cmd = inCmd(script, { ODD: "mine" });
  assert.deepEqual([cmd.get("LINES"), cmd.get("LONG"), cmd.get("ODD")], [
    undefined,
    undefined,
    "mine",
  ]);
  for (const { name } of unsaid) assert.ok(script.includes(`@rem ${name} is left out`));
});

Deno.test("windows: each shell's script is there, in its form; other systems have no env.cmd", () => {
  const scripts = envScripts(LAPTOP, "windows");
  assert.deepEqual(Object.keys(scripts).sort(), [
    "env.cmd",
    "env.fish",
    "env.nu",
    "env.ps1",
    "env.sh",
  ]);
  assert.ok(!("env.cmd" in envScripts(LAPTOP, "linux")));
  assert.ok(scripts["env.nu"].includes(JSON.stringify(BIN)));
  assert.ok(scripts["env.sh"].includes("/c/Users/Jos\u00e9/AppData/Local/syslua/profile/bin"));
  for (const name of ["env.sh", "env.fish"]) assert.ok(!scripts[name].includes("C:"), name);
});

Deno.test("windows: env.sh in Git Bash's form: /c/… in lists with colons", () =>
  withTemporary(async (dir) => {
    const path = join(dir, "env.sh");
    Deno.writeTextFileSync(path, envScripts(LAPTOP, "windows")["env.sh"]);
    const { stdout } = await real.processes.run({
      argv: ["/bin/sh", "-c", `. ${path}; . ${path}; echo "$PATH"`],
      env: { PATH: "/c/Windows:/usr/bin" },
    });
    assert.equal(
      new TextDecoder().decode(stdout).trim(),
      "/c/Users/Jos\u00e9/AppData/Local/syslua/profile/bin:/c/Windows:/usr/bin:/c/tools:/d/b (x86)",
    );
  }));

Deno.test({
  name: `windows: env.nu in nushell: native paths${NU === null ? " (not installed)" : ""}`,
  ignore: NU === null,
  fn: () =>
    withTemporary(async (dir) => {
      const path = join(dir, "env.nu");
      Deno.writeTextFileSync(path, nushellScript(NATIVE));
      const line = `$env.PATH = 'C:\\Windows;C:\\tools'; source ${path}; source ${path}; ` +
        "print ($env.PATH | to json -r)";
      const { stdout, stderr } = await real.processes.run({
        argv: [NU!, "--no-config-file", "-c", line],
        env: { PATH: "/usr/bin:/bin", HOME: dir },
      });
      assert.equal(new TextDecoder().decode(stderr), "");
      assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [
        BIN,
        "C:\\Windows",
        "C:\\tools",
        "D:\\b (x86)",
      ]);
    }),
});
