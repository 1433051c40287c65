/** What sys tells PowerShell, cmd, the registry and the scheduler, answered by those of Windows. */
import assert from "node:assert/strict";
import { cmdScript } from "../../src/activation/shell/cmd.ts";
import { powershellScript } from "../../src/activation/shell/powershell.ts";
import { powershellLines } from "../../src/manifest/powershell.ts";
import { platformAdapters } from "../../src/platform/platform.ts";
import { places } from "../../src/platform/places.ts";
import { powershellFacts } from "../../src/platform/powershell_facts.ts";
import { nativePaths } from "../../src/system/native_path.ts";
import { realSystem } from "../../src/system/real.ts";
import { isAlive } from "../support/alive.ts";
import { questionsOf } from "./question.ts";

const question = questionsOf("windows");
const system = realSystem();
const adapters = () => platformAdapters(system, places(system.host));
const { fromNative } = nativePaths("windows");
const NAME = `SYSLUA_TEST_${Deno.pid}`;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What PowerShell could take for a quote, or for code. */
const NASTY =
  "Jos\u00e9 \u2018\u2019\u201a\u201b \u201c\u201d\u201e \u00d2 'x' \"y\" $z `n % ^ & !";

function run(argv: readonly string[], more: { readonly timeout?: number } = {}) {
  return system.processes.run({ argv, env: adapters().environment, timeout: 60_000, ...more });
}

question("PowerShell stops at the first program that fails, with its code", async () => {
  const { code, stdout } = await run(powershellLines("cmd /c 'exit 7'\n'after'"));
  assert.deepEqual([code, text(stdout)], [7, ""]);
  const nested = 'foreach ($n in 1..3) { "at $n"; cmd /c "exit $($n - 1)" }';
  const looped = await run(powershellLines(nested));
  assert.deepEqual([looped.code, text(looped.stdout)], [1, "at 1\r\nat 2\r\n"]);
  const asked = await run(powershellLines("if ((cmd /c 'exit 1') -eq 1) { }\n'on'"));
  assert.deepEqual([asked.code, text(asked.stdout)], [0, "on\r\n"]);
});

question("PowerShell gives its output as UTF-8, and its error on standard error", async () => {
  const { stdout } = await run(powershellLines(`'${"Jos\u00e9 \u4e2d"}'`));
  assert.equal(text(stdout), "Jos\u00e9 \u4e2d\r\n");
  const failed = await run(powershellLines("throw 'no'"));
  assert.equal(failed.code, 1);
  assert.match(text(failed.stderr), /^no/);
});

question("a timeout ends a program with what it started", async () => {
  const line = "$p = Start-Process ping '-n 60 127.0.0.1' -NoNewWindow -PassThru\n" +
    "[Console]::Out.WriteLine($p.Id)\n[Console]::Out.Flush()\nStart-Sleep 60";
  const { timedOut, stdout } = await run(powershellLines(line), { timeout: 10_000 });
  assert.equal(timedOut, true);
  const [id] = /\d+/.exec(text(stdout)) ?? [];
  assert.ok(id !== undefined && !isAlive(Number(id)));
});

question("a variable of the registry comes back with its kind", async () => {
  const { settings } = adapters();
  const set = (after: Parameters<typeof settings.set>[1][number]["after"]) =>
    settings.set({ kind: "environment" }, [{ key: NAME, before: null, after }]);
  const get = async () =>
    (await settings.get({ kind: "environment" }, [{ key: NAME, value: "" }]))[0].value;
  try {
    await set(null);
    const values = [
      NASTY,
      { kind: "ExpandString", value: "%USERPROFILE%\\x" },
      { kind: "DWord", value: 7 },
      { kind: "QWord", value: "9007199254740993" },
      { kind: "MultiString", value: ["a"] },
      { kind: "Binary", value: "AAE=" },
    ];
    for (const value of values) {
      await set(value);
      assert.deepEqual(await get(), value);
    }
  } finally {
    await set(null);
  }
  assert.equal(await get(), null);
});

question("a folder is added to PATH of the registry, and taken from it", async (dir) => {
  const { settings } = adapters();
  const key = `PATH:${dir}`;
  const set = (after: true | null) =>
    settings.set({ kind: "environment" }, [{ key, before: null, after }]);
  const get = async (one: string) =>
    (await settings.get({ kind: "environment" }, [{ key: one, value: "" }]))[0].value;
  const before = await get("Path");
  try {
    for (let twice = 0; twice < 2; twice++) await set(true);
    assert.equal(await get(key), true);
    const path = await get("Path") as { readonly value?: unknown } | string;
    const folders = String(typeof path === "string" ? path : path.value).split(";");
    assert.equal(folders.filter((folder) => folder === dir).length, 1);
  } finally {
    await set(null);
  }
  assert.deepEqual(await get("Path"), before);
});

question("a task starts, ends, and is asked for by its state", async (dir) => {
  const { services } = adapters();
  const unit = fromNative(`${dir}\\task.xml`);
  const xml = `<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers/>
  <Actions><Exec><Command>ping.exe</Command><Arguments>-n 60 127.0.0.1</Arguments></Exec></Actions>
</Task>`;
  const bytes = new TextEncoder().encode(xml);
  services.checkUnit!(NAME, bytes);
  Deno.writeFileSync(`${dir}\\task.xml`, services.unitFile!(NAME, bytes));
  const service = { name: NAME, user: true, unit };
  try {
    await services.stop(service);
    await services.start(service);
    assert.equal(await services.running(service), true);
    await services.start(service);
  } finally {
    await services.stop(service);
  }
  assert.equal(await services.running(service), false);
});

question(
  "env.ps1 says every text in each PowerShell, and has one effect when read twice",
  async (dir) => {
    const variables = [{ name: NAME, op: "set" as const, values: [NASTY], separator: "" }];
    const environment = { windows: true, variables, profile: "C:\\r\\profile", scripts: [] };
    Deno.writeTextFileSync(`${dir}\\env.ps1`, powershellScript(environment));
    const said = `[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($env:${NAME}))\n` +
      "@($env:PATH.Split(';') -eq 'C:\\r\\profile\\bin').Count";
    for (const program of ["powershell.exe", "pwsh.exe"]) {
      if (system.processes.which(program) === null) continue;
      const line = `. '${dir}\\env.ps1'\n. '${dir}\\env.ps1'\n${said}`;
      const [, ...args] = powershellLines(line);
      const { stdout, stderr } = await run([program, "-ExecutionPolicy", "Bypass", ...args]);
      const [value, count] = text(stdout).trim().split(/\s+/);
      const found = text(Uint8Array.from(atob(value), (one) => one.charCodeAt(0)));
      assert.deepEqual([found, count, text(stderr)], [NASTY, "1", ""], program);
    }
  },
);

question("env.cmd says every text in cmd, with delayed expansion and without", async (dir) => {
  const values = ["a & b | <c> ^ (d) 100%", 'say "x & y" ^', "bang! ^ %PATH%", "Jos\u00e9 \u00d2"];
  const variables = values.map((value, n) => ({
    name: `${NAME}_${n}`,
    op: "set" as const,
    values: [value],
    separator: "",
  }));
  const environment = { windows: true, variables, profile: "C:\\r (x86)\\profile", scripts: [] };
  Deno.writeTextFileSync(`${dir}\\env.cmd`, cmdScript(environment));
  Deno.writeTextFileSync(
    `${dir}\\t.cmd`,
    `@call "${dir}\\env.cmd"\r\n@call "${dir}\\env.cmd"\r\n@chcp 65001 >nul\r\n@set\r\n`,
  );
  for (const flag of ["/v:off", "/v:on"]) {
    const { stdout } = await run(["cmd.exe", "/d", flag, "/c", `${dir}\\t.cmd`]);
    const lines = text(stdout).split("\r\n");
    values.forEach((value, n) =>
      assert.ok(lines.includes(`${NAME}_${n}=${value}`), `${flag} ${value}`)
    );
    const [path] = lines.filter((line) => /^path=/i.test(line));
    assert.equal(path.split("C:\\r (x86)\\profile\\bin").length, 2, flag);
  }
});

question("PowerShell says its policy, and where its profile lies", async () => {
  const [facts] = await powershellFacts(system, adapters().environment);
  assert.equal(facts.name, "Windows PowerShell");
  assert.match(facts.policy, /^[A-Z][A-Za-z]+$/);
  assert.match(facts.profile, /^\/c\/.*\/WindowsPowerShell\/profile\.ps1$/);
});
