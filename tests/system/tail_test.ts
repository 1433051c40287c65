import assert from "node:assert/strict";
import { Tail } from "../../src/system/tail.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a tail gives the last lines, those of standard error last", () => {
  const tail = new Tail();
  tail.add(bytes("wrong\n"), "stderr");
  tail.add(bytes("one\n\ntw"), "stdout");
  tail.add(bytes("o\r\nthree\n"), "stdout");
  assert.deepEqual(tail.lines(3), ["two", "three", "wrong"]);
  assert.deepEqual(tail.lines(9), ["one", "two", "three", "wrong"]);
});

Deno.test("a tail keeps the end of much, and shortens long lines", () => {
  const tail = new Tail();
  for (let n = 0; n < 5_000; n++) tail.add(bytes(`${n}\n`.padStart(100, "x")), "stdout");
  assert.match(tail.lines(20)[0], /x4980$/);
  assert.ok(tail.lines(5_000).length < 1_000);
  tail.add(bytes("long".repeat(1_000)), "stdout");
  assert.equal(tail.lines(1)[0].length, 2_001);
});
