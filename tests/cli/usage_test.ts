import assert from "node:assert/strict";
import { run } from "../../src/cli/run.ts";
import { realSystem } from "../../src/system/real.ts";
import { collected } from "../support/collected.ts";

/** Runs a command line against a console that remembers. */
async function type(...args: string[]) {
  const console = collected();
  const code = await run(args, {
    system: realSystem(),
    console,
    version: "0",
    identity: null,
    stop: () => {},
  });
  return { code, out: console.stdout, err: console.stderr };
}

for (
  const [args, says] of [
    [["plna"], /did you mean `plan`\?/],
    [["version", "--jsn"], /did you mean --json\?/],
    [["version", "--color", "pink"], /one of \(auto\|always\|never\)/],
    [["version", "extra"], /Too many arguments/],
    [["rollback", "--dryrun"], /--dry-run/],
    [["apply", "-q"], /There is no flag -q, did you mean --quiet\?/],
    [["apply", "--dry-run"], /hint: `sys plan` shows/],
  ] as const
) {
  Deno.test(`wrong usage exits 2 and teaches: sys ${args.join(" ")}`, async () => {
    const { code, out, err } = await type(...args);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, /^error: /);
    assert.match(err, says);
    assert.match(err, /hint: /);
  });
}

Deno.test("wrong usage with --json is one document on standard output", async () => {
  const { code, out, err } = await type("--json", "plna");
  assert.equal(code, 2);
  assert.equal(err, "");
  const document = JSON.parse(out);
  assert.equal(document.version, 1);
  assert.equal(document.error.kind, "usage");
});

for (
  const args of [["version", "--json"], ["--json", "version"], [
    "--color",
    "never",
    "version",
    "--json",
  ]]
) {
  Deno.test(`flags go before or after the command: sys ${args.join(" ")}`, async () => {
    const { code, out } = await type(...args);
    assert.equal(code, 0);
    assert.equal(JSON.parse(out).version, 1);
  });
}

Deno.test("sys help version is sys version --help", async () => {
  const { code, out } = await type("help", "version");
  assert.equal(code, 0);
  assert.equal(out, (await type("version", "--help")).out);
});

Deno.test("sys version --verbose has the notice of Lua", async () => {
  const { out } = await type("version", "--verbose");
  assert.match(out, /Lua\.org, PUC-Rio[^]*permission notice shall be/);
});

Deno.test("an error with --log-format json has all that is known of it", async () => {
  const { err } = await type("plan", "/nothing/here", "--log-format", "json");
  const { level, kind, hint } = JSON.parse(err);
  assert.deepEqual([level, kind], ["error", "config"]);
  assert.match(hint, /path of a Lua file/);
});
