/** Whatever happens while an evaluation is remembered, the next one says what a run of the config says. */
import assert from "node:assert/strict";
import { evaluateConfig } from "../../src/journeys/evaluate.ts";
import type { FsCode, System } from "../../src/system/mod.ts";
import { Crash, faultySystem } from "../../src/system/faulty.ts";
import { NAMES, NOTHING, type Survivors } from "../../src/system/memory/survivors.ts";
import { HOME, MemoryMachine } from "./memory_machine.ts";

/** The same world some time later, in which it is told when a file has changed. */
function aged(system: System): { system: System; ran: () => boolean } {
  let ran = false;
  const fs = new Proxy(system.fs, {
    get(target, name) {
      if (name === "lstat") {
        return (path: string) => {
          const info = target.lstat(path);
          return info && { ...info, ctime: info.mtime };
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const clock = {
    now: () => new Date(system.clock.now().getTime() + 100_000),
    monotonic: () => (ran = true, system.clock.monotonic()),
    sleep: system.clock.sleep.bind(system.clock),
  };
  return { system: { ...system, fs, clock }, ran: () => ran };
}

/** Evaluates and remembers; says whether the config was run. */
async function evaluated(t: MemoryMachine, inner: System = t.system) {
  const { system, ran } = aged(inner);
  const { manifest, keep } = await evaluateConfig(t.open(system), t.evaluation);
  keep();
  return { manifest, ran: ran() };
}

async function prepared(): Promise<MemoryMachine> {
  const t = new MemoryMachine();
  t.setup('file { path = "~/a", source = "./a" }\nfile { path = "~/b", source = "./b" }');
  t.write(`${HOME}/dotfiles/a`, "a");
  t.write(`${HOME}/dotfiles/b`, "b");
  await t.apply();
  assert.equal((await evaluated(t)).ran, true);
  assert.equal((await evaluated(t)).ran, false);
  t.write(`${HOME}/dotfiles/b`, "another");
  return t;
}

const copy = (t: MemoryMachine) => new MemoryMachine(t.system.disk.copy());

const WORLDS: readonly [string, FsCode | undefined, Survivors | null][] = [
  ["is killed", undefined, null],
  ["loses its power, and what was not flushed", undefined, NOTHING],
  ["loses its power, and contents that were not flushed", undefined, NAMES],
  ["can't write", "EIO", null],
  ["has no room", "ENOSPC", null],
  ["may not write", "EACCES", null],
];

for (const [what, code, survivors] of WORLDS) {
  Deno.test({
    name: `the machine ${what} at any operation while an evaluation is remembered`,
    // A file that was just created when the machine died is never closed.
    sanitizeResources: false,
    fn: async () => {
      const start = await prepared();
      const { manifest } = await evaluateConfig(copy(start).open(), {
        ...start.evaluation,
        program: null,
      });
      const counting = faultySystem(copy(start).system, { at: 0, when: "before" });
      await evaluated(start, counting.system);
      assert.ok(counting.operations() > 2);
      for (let at = 1; at <= counting.operations(); at++) {
        const t = copy(start);
        const { system } = faultySystem(t.system, { at, when: "before", code });
        await evaluated(t, system).catch((thrown) => {
          if (!(thrown instanceof Crash)) throw thrown;
        });
        if (survivors !== null) t.system.disk.powerCut(survivors);
        const next = copy(t);
        assert.deepEqual((await evaluated(next)).manifest, manifest);
        assert.deepEqual((await evaluated(next)).manifest, manifest);
        assert.equal((await evaluated(next)).ran, false);
      }
    },
  });
}
