/** What is read of ELF and Mach-O files, whole ones and damaged ones. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { BytesOfFile } from "../../../src/system/bytes.ts";
import { type PlacedText, readElf } from "../../../src/realize/inspect/elf.ts";
import { readMachO } from "../../../src/realize/inspect/macho.ts";
import type { FileHandle } from "../../../src/system/mod.ts";
import { elfFile } from "./elf_file.ts";
import { fatFile, machOFile } from "./mach_o_file.ts";

function opened(bytes: Uint8Array): BytesOfFile {
  let at = 0;
  const handle = {
    seek: (position: number) => void (at = position),
    read: (buffer: Uint8Array) => {
      const some = bytes.subarray(at, at + buffer.length);
      buffer.set(some);
      at += some.length;
      return some.length;
    },
  };
  return new BytesOfFile(handle as unknown as FileHandle, bytes.length);
}

const name = fc.stringMatching(/^[a-zA-Z0-9$/._+-]{1,60}$/);
const elfPlan = fc.record({
  bits: fc.constantFrom(32 as const, 64 as const),
  little: fc.boolean(),
  needed: fc.array(name, { maxLength: 5 }),
  runpath: fc.option(name, { nil: undefined }),
  rpath: fc.option(name, { nil: undefined }),
  interpreter: fc.option(name, { nil: undefined }),
  buildId: fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: undefined }),
});
const machOPlan = fc.record({
  bits: fc.constantFrom(32 as const, 64 as const),
  little: fc.boolean(),
  libraries: fc.array(name, { maxLength: 5 }),
  rpaths: fc.array(name, { maxLength: 3 }),
});

Deno.test("elf: what a file says is read, in both classes and orders", () => {
  fc.assert(fc.property(elfPlan, (plan) => {
    const bytes = elfFile(plan);
    const found = readElf(opened(bytes));
    assert.ok(found);
    assert.deepEqual(found.needed, plan.needed);
    assert.equal(found.interpreter ?? undefined, plan.interpreter);
    for (const key of ["rpath", "runpath"] as const) {
      const placed: PlacedText | null = found[key];
      assert.equal(placed?.text, plan[key]);
      if (!placed) continue;
      const there = bytes.subarray(placed.at, placed.at + placed.text.length);
      assert.equal(new TextDecoder().decode(there), placed.text);
    }
    const id = found.buildId &&
      bytes.slice(found.buildId.at, found.buildId.at + found.buildId.length);
    assert.deepEqual(id ?? undefined, plan.buildId);
  }));
});

Deno.test("mach-o: libraries and rpaths are read, thin and fat, in both classes and orders", () => {
  const plans = fc.array(machOPlan, { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(plans, (plans) => {
    const parts = plans.map(machOFile);
    const expected = plans.map(({ libraries, rpaths }) => ({ libraries, rpaths }));
    assert.deepEqual(readMachO(opened(fatFile(parts))), expected);
    assert.deepEqual(readMachO(opened(parts[0])), [expected[0]]);
  }));
});

Deno.test("elf and mach-o: damage and garbage never throw, and give what is within the file", () => {
  const whole = fc.oneof(
    elfPlan.map(elfFile),
    machOPlan.map(machOFile),
    machOPlan.map((plan) => fatFile([machOFile(plan)])),
    fc.uint8Array({ maxLength: 200 }),
  );
  const damage = fc.array(
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255)),
    { maxLength: 8 },
  );
  const cut = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(whole, damage, fc.option(cut), (whole, damage, cut) => {
      const bytes = whole.slice(0, cut === null ? whole.length : Math.floor(whole.length * cut));
      for (const [place, value] of damage) {
        if (bytes.length > 0) bytes[Math.floor(place * bytes.length)] = value;
      }
      const elf = readElf(opened(bytes));
      if (elf?.buildId) assert.ok(elf.buildId.at + elf.buildId.length <= bytes.length);
      if (elf?.runpath) assert.ok(elf.runpath.at + elf.runpath.text.length < bytes.length);
      readMachO(opened(bytes));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("elf: objects, and dynamic sections that are not in the file, say nothing", () => {
  const bytes = elfFile({ bits: 64, little: true, needed: ["libz.so.1"] });
  const object = bytes.slice();
  object[16] = 1;
  assert.equal(readElf(opened(object)), null);
  // What `objcopy --only-keep-debug` leaves: the segment is there, its content is not.
  const debug = bytes.slice();
  new DataView(debug.buffer).setBigUint64(64 + 56 + 32, 0n, true);
  assert.deepEqual(readElf(opened(debug))?.needed, []);
});

Deno.test("mach-o: a class of Java is none", () => {
  const bytes = new Uint8Array(4000);
  bytes.set([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 65]);
  assert.equal(readMachO(opened(bytes)), null);
});
