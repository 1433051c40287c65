/** Variables of a Windows session: read, given, and given back as they were. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json } from "../../../src/manifest/types.ts";
import { platformAdapters } from "../../../src/platform/platform.ts";
import { keyOfFolder } from "../../../src/platform/settings/registry.ts";
import { memorySystem } from "../../../src/system/memory/memory.ts";
import { type RegistryValue, UserEnvironment } from "../../support/worlds/commands/powershell.ts";
import { programs } from "../../support/worlds/commands/programs.ts";

const OF = { kind: "environment" } as const;

function session(...values: RegistryValue[]) {
  const user = new UserEnvironment(...values);
  const { processes, commands } = programs({ "powershell.exe": user.program }, "jo");
  const system = { ...memorySystem({ host: { os: "windows" } }), processes };
  const { settings } = platformAdapters(system, { root: "/c/r", home: "/c/Users/jo" });
  const get = async (...keys: string[]) => {
    const found = await settings.get(OF, keys.map((key) => ({ key, value: "" })));
    return found.map(({ value }) => value);
  };
  const set = (...changes: [key: string, after: Json][]) =>
    settings.set(OF, changes.map(([key, after]) => ({ key, before: null, after })));
  return { user, commands, get, set };
}

Deno.test("windows: a variable of the registry is read with its kind, and given back with it", async () => {
  const before: RegistryValue[] = [
    { name: "Home", kind: "ExpandString", value: "%USERPROFILE%\\x" },
    { name: "Plain", kind: "String", value: "Jos\u00e9 \u2019\u00d2" },
    { name: "Number", kind: "DWord", value: 7 },
    { name: "Large", kind: "QWord", value: "9007199254740993" },
    { name: "Many", kind: "MultiString", value: ["a", "b'c"] },
    { name: "Bytes", kind: "Binary", value: "AAE=" },
  ];
  const { user, get, set } = session(...before);
  const names = before.map(({ name }) => name);
  const found = await get(...names, "Absent");
  assert.deepEqual(found.slice(0, 2), [
    { kind: "ExpandString", value: "%USERPROFILE%\\x" },
    "Jos\u00e9 \u2019\u00d2",
  ]);
  assert.equal(found.at(-1), null);
  await set(...names.map((name): [string, Json] => [name.toUpperCase(), "mine"]));
  assert.deepEqual(user.get("home"), { name: "Home", kind: "String", value: "mine" });
  await set(...names.map((name, n): [string, Json] => [name, found[n]]));
  assert.deepEqual([...user.values.values()], before);
});

Deno.test("windows: undoing a variable that was never written is harmless", async () => {
  const { user, set } = session();
  await set(["A", null], [keyOfFolder("C:\\x"), null]);
  assert.equal(user.values.size, 0);
});

Deno.test("windows: running programs are told of new variables", async () => {
  const { user, get, set } = session();
  await get("A");
  assert.equal(user.told, 0);
  await set(["A", "1"], ["B", "2"]);
  assert.equal(user.told, 1);
});

Deno.test("windows: PATH is added to and taken from, and keeps its kind", async () => {
  const value = "%USERPROFILE%\\bin;;C:\\Tools\\;";
  const { user, get, set } = session({ name: "Path", kind: "ExpandString", value });
  const key = keyOfFolder("C:\\r\\profile\\bin");
  assert.deepEqual(await get(key, keyOfFolder("c:\\tools")), [null, true]);
  await set([key, true]);
  await set([key, true], [keyOfFolder("C:\\TOOLS"), true]);
  assert.deepEqual(user.get("PATH"), {
    name: "Path",
    kind: "ExpandString",
    value: `C:\\r\\profile\\bin;${value}`,
  });
  await set([key, null]);
  assert.deepEqual(user.get("PATH")?.value, value);
});

Deno.test("windows: a PATH that was not there is gone afterwards", async () => {
  const { user, set } = session();
  await set([keyOfFolder("C:\\x"), true]);
  assert.deepEqual(user.get("PATH"), { name: "Path", kind: "ExpandString", value: "C:\\x" });
  await set([keyOfFolder("C:\\x"), null]);
  assert.equal(user.values.size, 0);
});

Deno.test("windows: any text arrives in the registry, and comes back", async () => {
  const text = fc.string({ unit: "grapheme" }).map((one) =>
    one.replaceAll("\0", "").replaceAll("\n", " ").toWellFormed()
  );
  await fc.assert(fc.asyncProperty(text, async (value) => {
    const { get, set } = session();
    await set(["V", value]);
    assert.deepEqual(await get("V"), [value]);
  }));
});

Deno.test("windows: a thousand variables take as many command lines as they need", async () => {
  const { commands, get, set } = session();
  const keys = Array.from({ length: 1000 }, (_, n) => `V${n}`);
  await set(...keys.map((key): [string, Json] => [key, "x".repeat(100)]));
  assert.equal((await get(...keys)).length, 1000);
  assert.ok(commands.length < 100, String(commands.length));
});

Deno.test("windows: what the registry refuses is an error that says so", async () => {
  const { user, set } = session();
  user.closed = true;
  await assert.rejects(set(["A", "1"]), /Cannot set A/);
});
