/** Whatever happens while a file of secrets is written: it is the old one or the new one. */
import assert from "node:assert/strict";
import { editSecrets } from "../../../src/journeys/secrets/edit.ts";
import { initSecrets } from "../../../src/journeys/secrets/init.ts";
import { rekeySecrets } from "../../../src/journeys/secrets/rekey.ts";
import { setSecret } from "../../../src/journeys/secrets/set.ts";
import { rulesText } from "../../../src/secrets/rules.ts";
import { faultySystem } from "../../../src/system/faulty.ts";
import { NAMES, NOTHING, random } from "../../../src/system/memory/survivors.ts";
import type { System } from "../../../src/system/mod.ts";
import { bytes, OTHER_RECIPIENT, RECIPIENT, text } from "../../secrets/support.ts";
import { editor, FILE, held, machine, on, PLAIN, put } from "./world.ts";

const NEW = "a: changed\nb: other\n";

const set = (system: System) =>
  setSecret(system, { named: FILE, way: "a", value: bytes("changed"), type: "str" });
const edit = (system: System) =>
  editSecrets(system, FILE, editor((path) => put(system, path, bytes(NEW), 0o600)));

const CHANGES: Readonly<Record<string, (system: System) => Promise<unknown>>> = { set, edit };

for (const [name, change] of Object.entries(CHANGES)) {
  for (const when of ["before", "after"] as const) {
    Deno.test(`${name} dies ${when} any operation: the file is old or new`, async () => {
      const { fs: { disk } } = await machine();
      const counting = faultySystem(on(disk.copy()), { at: 0, when });
      await change(counting.system);
      const seen = new Set<string>();
      for (let at = 1; at <= counting.operations(); at++) {
        const system = on(disk.copy());
        await assert.rejects(change(faultySystem(system, { at, when }).system));
        seen.add(await held(system));
        assert.equal(system.fs.lstat(FILE)?.mode, 0o640);
        // Whatever was left behind is in nobody's way.
        await set(system);
        assert.equal(await held(system), NEW);
        assert.deepEqual(system.fs.readDir("/work"), [".sops.yaml", "secrets.yaml"]);
      }
      assert.deepEqual([...seen].sort(), [PLAIN, NEW].sort());
    });
  }

  Deno.test(`${name}: the power fails at any operation`, async () => {
    const { fs: { disk } } = await machine();
    const { operations, system } = faultySystem(on(disk.copy()), { at: 0, when: "before" });
    await change(system);
    for (let at = 1; at <= operations(); at++) {
      for (const survivors of [NOTHING, NAMES, random(1), random(2), random(3)]) {
        const system = on(disk.copy());
        await assert.rejects(change(faultySystem(system, { at, when: "before" }).system));
        system.fs.disk.powerCut(survivors);
        assert.ok([PLAIN, NEW].includes(await held(system)), `${at}`);
      }
    }
  });

  Deno.test(`${name}: what was reported as done outlives the power`, async () => {
    const system = await machine();
    await change(system);
    system.fs.disk.powerCut(NOTHING);
    assert.equal(await held(system), NEW);
  });

  Deno.test(`${name}: a full disk, at any operation, leaves the old file or the new one`, async () => {
    const { fs: { disk } } = await machine();
    const { operations, system } = faultySystem(on(disk.copy()), { at: 0, when: "before" });
    await change(system);
    for (let at = 1; at <= operations(); at++) {
      const system = on(disk.copy());
      const faulty = faultySystem(system, { at, when: "before", code: "ENOSPC" }).system;
      await change(faulty).catch(() => {});
      assert.ok([PLAIN, NEW].includes(await held(system)), `${at}`);
    }
  });
}

Deno.test("rekey writes none of the files where one can't be opened", async () => {
  const system = await machine();
  put(system, "/work/.sops.yaml", bytes(rulesText([RECIPIENT, OTHER_RECIPIENT])));
  put(system, "/work/other.yaml", bytes("a: not encrypted\n"));
  const before = text(system.fs.readFile(FILE));
  await assert.rejects(rekeySecrets(system, [FILE, "/work/other.yaml"]), /other\.yaml/);
  assert.equal(text(system.fs.readFile(FILE)), before);
});

Deno.test("init dies at any operation: no half key is left, and it can be done again", async () => {
  const blank = () => {
    const system = on();
    system.fs.mkdir("/work", 0o755);
    system.fs.disk.powerCut(NAMES);
    return { ...system, host: { ...system.host, env: () => undefined } };
  };
  const { operations, system } = faultySystem(blank(), { at: 0, when: "before" });
  await initSecrets(system, undefined, []);
  for (let at = 1; at <= operations(); at++) {
    for (const when of ["before", "after"] as const) {
      const system = blank();
      await assert.rejects(initSecrets(faultySystem(system, { at, when }).system, undefined, []));
      const done = await initSecrets(system, undefined, []);
      const key = text(system.fs.readFile("/root/.config/sops/age/keys.txt"));
      assert.match(
        key,
        new RegExp(`^# created: .*\n# public key: ${done.recipient}\nAGE-SECRET-KEY-1`),
      );
      assert.equal(system.fs.lstat("/root/.config/sops/age/keys.txt")?.mode, 0o600);
      assert.match(text(system.fs.readFile("/work/.sops.yaml")), new RegExp(done.recipient));
    }
  }
});
