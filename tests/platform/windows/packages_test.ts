/** Packages and accounts of Windows. */
import assert from "node:assert/strict";
import { SysError } from "../../../src/errors.ts";
import { ownerNamed } from "../../../src/activation/owner.ts";
import { platformAdapters } from "../../../src/platform/platform.ts";
import { memorySystem } from "../../../src/system/memory/memory.ts";
import { programs } from "../../support/worlds/commands/programs.ts";
import { Scoop, Winget } from "../../support/worlds/commands/winget.ts";

const OF = { kind: "host_packages" } as const;
const LONG = "Vendor.WithAVeryLongNameOf.APackage";

function machine() {
  const winget = new Winget(["Git.Git", LONG], ["Mine.Own"]), scoop = new Scoop(["jq", "fd"]);
  const { processes, commands } = programs({ winget: winget.program, scoop: scoop.program }, "jo");
  const system = { ...memorySystem({ host: { os: "windows" } }), processes };
  const { settings } = platformAdapters(system, { root: "/c/r", home: "/c/Users/jo" });
  const get = async (...keys: string[]) =>
    (await settings.get(OF, keys.map((key) => ({ key, value: true })))).map(({ value }) => value);
  const set = (after: true | null, ...keys: string[]) =>
    settings.set(OF, keys.map((key) => ({ key, before: null, after })));
  return { winget, scoop, commands, get, set, settings };
}

Deno.test("windows: winget is asked by whole ids, without a question, and told by its exit code", async () => {
  const { winget, get, set } = machine();
  const keys = ["winget:Git.Git", `winget:${LONG}`, "winget:Mine.Own"];
  assert.deepEqual(await get(...keys), [null, null, true]);
  await set(true, ...keys);
  assert.deepEqual(await get(...keys), [true, true, true]);
  assert.deepEqual([...winget.installed].sort(), ["Git.Git", "Mine.Own", LONG].sort());
  await set(null, `winget:${LONG}`, "winget:Git.Git");
  await set(null, "winget:Git.Git");
  assert.deepEqual([...winget.installed], ["Mine.Own"]);
});

Deno.test("windows: what winget does not have is an error", async () => {
  const { set } = machine();
  await assert.rejects(set(true, "winget:No.Such"), /Cannot install No\.Such.*-1978335212/);
});

Deno.test("windows: winget that can't be asked is not taken for one without the package", async () => {
  const { settings } = machineWithout();
  await assert.rejects(
    settings.get(OF, [{ key: "winget:Git.Git", value: true }]),
    /Cannot ask winget for Git\.Git: it ended with -1978335189/,
  );
});

/** winget whose source does not answer. */
function machineWithout() {
  const { processes } = programs({
    winget: () => ({ code: 0x8A15002B | 0, stdout: "Failed when searching source\r\n" }),
  });
  const system = { ...memorySystem({ host: { os: "windows" } }), processes };
  return platformAdapters(system, { root: "/c/r", home: "/c/Users/jo" });
}

Deno.test("windows: Scoop's packages, and one that it did not install though it says nothing", async () => {
  const { scoop, get, set } = machine();
  assert.deepEqual(await get("scoop:jq", "scoop:extras/fd"), [null, null]);
  await set(true, "scoop:jq", "scoop:extras/fd");
  assert.deepEqual(await get("scoop:jq", "scoop:extras/fd"), [true, true]);
  await assert.rejects(set(true, "scoop:nope"), /Cannot install nope: scoop did not/);
  await set(null, "scoop:extras/fd");
  assert.deepEqual([...scoop.installed], ["jq"]);
});

Deno.test("windows: users, groups and owners are refused, and it is said why", async () => {
  const { settings } = machine();
  for (const kind of ["user", "group"] as const) {
    const [{ blocked }] = await settings.get({ kind }, [{ key: "jo", value: {} }]);
    assert.match(blocked ?? "", /on Linux only/);
  }
  const [{ blocked }] = await settings.get({ kind: "membership" }, [{ key: "jo:x", value: true }]);
  assert.match(blocked ?? "", /on Linux only/);
  const system = memorySystem({ host: { os: "windows" } });
  assert.throws(
    () => ownerNamed(system, "jo", { file: "init.lua", line: 1 }),
    (thrown: unknown) =>
      thrown instanceof SysError && /on Windows sys gives none away/.test(thrown.message),
  );
});
