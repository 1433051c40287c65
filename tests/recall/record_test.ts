import assert from "node:assert/strict";
import fc from "fast-check";
import { allLooks, formatRecord, parseRecord } from "../../src/recall/record.ts";
import { slotOf } from "../../src/recall/place.ts";

const name = fc.string().map((text) => text.replace(/[\n\t/]/g, "_"));
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
const look = fc.record({
  kind: fc.constantFrom("is", "in", "real", "env", "host", "which"),
  name: fc.oneof(path, name),
  answer: name,
}, { noNullPrototype: true });
const cover = fc.record({
  kind: fc.constant("if"),
  name: path,
  answer: name,
  covers: fc.nat(),
}, { noNullPrototype: true });
const record = fc.record({
  key: fc.string(),
  code: fc.constantFrom(0, 4),
  output: fc.array(fc.tuple(fc.constantFrom("out", "err"), fc.string())),
  looks: fc.array(fc.oneof(look, cover)),
}, { noNullPrototype: true });

Deno.test("record: what is written is read", () =>
  fc.assert(fc.property(record, (written) => {
    const { looks, ...rest } = parseRecord(formatRecord(written), written.key)!;
    assert.deepEqual({ ...rest, looks: allLooks(looks) }, written);
  })));

Deno.test("record: one that is damaged, cut off, empty or another command's is none", () => {
  const looks = Array.from({ length: 9 }, (_, n) => ({
    kind: "is" as const,
    name: `/home/maria/f${n}`,
    answer: `link ${n}`,
  }));
  const whole = formatRecord({
    key: "apply",
    code: 0,
    output: [["out", "Nothing to do.\n"]],
    looks,
  });
  assert.notEqual(parseRecord(whole, "apply"), null);
  assert.equal(parseRecord(whole, "plan"), null);
  for (let end = 0; end < whole.length; end++) {
    assert.equal(parseRecord(whole.subarray(0, end), "apply"), null, `cut off at ${end}`);
    const damaged = whole.slice();
    damaged[end] ^= 1;
    assert.equal(parseRecord(damaged, "apply"), null, `damaged at ${end}`);
  }
  assert.equal(parseRecord(new Uint8Array(whole.length), "apply"), null);
});

Deno.test("record: commands have places of their own", () => {
  const slots = ["apply", "plan", "status", "appl", "apply "].map((key) => slotOf("/r", key));
  assert.equal(new Set(slots).size, slots.length);
  slots.forEach((slot) => assert.match(slot, /^\/r\/recall\/[0-9a-f]{16}$/));
});

Deno.test("record: what is covered can be left out", () => {
  const is = (name: string) => ({ kind: "is" as const, name, answer: "-" });
  const looks = [
    is("/home/a"),
    { kind: "if" as const, name: "/home/dir", answer: "dir", covers: 2 },
    is("/home/dir/b"),
    is("/home/dir/c"),
    is("/home/dir/d"),
    is("/home/dir/e"),
  ];
  const record = parseRecord(formatRecord({ key: "", code: 0, output: [], looks }), "")!;
  record.looks.next();
  record.looks.next();
  record.looks.skip(2);
  assert.deepEqual(allLooks(record.looks), looks.slice(4));
});
