import assert from "node:assert/strict";
import fc from "fast-check";
import { SysError } from "../../src/errors.ts";
import { powershellBody, powershellLines, quotePowershell } from "../../src/manifest/powershell.ts";
import { decodedScript, quotedAt, readScript } from "../support/powershell_reader.ts";

/** Texts with many of what PowerShell takes for quotes. */
const quoted = fc.array(
  fc.oneof(
    fc.constantFrom(..."'\"\u2018\u2019\u201a\u201b\u201c\u201d\u201e`$%\n\\\u00d2\u00e9"),
    fc.string(),
  ),
).map((parts) => parts.join("").replaceAll("\0", ""));

Deno.test("windows: any text in PowerShell's quotes is that text, typographic quotes among it", () => {
  fc.assert(fc.property(quoted, (text) => {
    const word = quotePowershell(text);
    assert.deepEqual(quotedAt(`${word} x`, 0), { text, end: word.length });
  }));
});

Deno.test("windows: lines reach PowerShell as they are, whatever is in them", () => {
  fc.assert(fc.property(quoted, (lines) => {
    const { texts, code } = readScript(decodedScript(powershellLines(lines)));
    assert.ok(texts.includes(lines));
    assert.ok(code.includes("$SysluaScript = ''\n"));
  }));
});

Deno.test("windows: PowerShell reads no profile, speaks UTF-8, and stops at what fails", () => {
  const argv = powershellLines("git fetch");
  assert.ok(argv.includes("-NoProfile"));
  const script = decodedScript(argv);
  assert.match(script, /^\$ErrorActionPreference = 'Stop'$/m);
  assert.match(script, /\[Console\]::OutputEncoding = .*UTF8Encoding/);
  assert.match(script, /if \(\$global:LASTEXITCODE\) \{ exit \$global:LASTEXITCODE \}/);
  assert.doesNotMatch(decodedScript(powershellBody("'x'")), /LASTEXITCODE/);
  for (const made of [script, decodedScript(powershellBody("'x'"))]) {
    const { code } = readScript(made);
    for (const [open, close] of ["{}", "()", "[]"]) {
      assert.equal(code.split(open).length, code.split(close).length, `${open} ${close}`);
    }
  }
});

Deno.test("windows: a script that no command line holds is refused", () => {
  decodedScript(powershellLines("x".repeat(10_000)));
  assert.throws(
    () => powershellLines("x".repeat(12_000)),
    (thrown: unknown) => thrown instanceof SysError && /no room/.test(thrown.message),
  );
});
