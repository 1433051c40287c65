import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { Substitution } from "../../src/realize/substitute.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** What comes out of a text that comes in pieces of some size. */
function substituted(text: string, replacements: Record<string, string>, size: number): string {
  const whole = bytes(text);
  const chunks = Array.from(
    { length: Math.ceil(whole.length / size) },
    (_, n) => whole.subarray(n * size, (n + 1) * size),
  );
  return Buffer.concat([...new Substitution(replacements).of(chunks)]).toString("utf8");
}

const CASES: readonly [text: string, replacements: Record<string, string>, expected: string][] = [
  ["a @b@ c", { "@b@": "B" }, "a B c"],
  ["ab abc", { ab: "1", abc: "2" }, "1 2"],
  ["abcab", { ab: "1", abc: "2" }, "21"],
  ["aaaa", { aa: "a" }, "aa"],
  ["äöü", { ö: "ß", "": "never" }, "äßü"],
  ["$& $1 .*", { ".*": "$&" }, "$& $1 $&"],
  ["", { a: "b" }, ""],
];

for (const [text, replacements, expected] of CASES) {
  Deno.test(`substitute: "${text}" becomes "${expected}", in whatever pieces it comes`, () => {
    for (let size = 1; size <= 8; size++) {
      assert.equal(substituted(text, replacements, size), expected);
    }
  });
}

Deno.test("substitute: pieces make no difference", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "ä"), minLength: 1, maxLength: 4 });
  const texts = fc.string({ unit: fc.constantFrom("a", "b", "ä"), maxLength: 40 });
  fc.assert(fc.property(
    texts,
    fc.dictionary(word, word, { minKeys: 1, maxKeys: 4 }),
    fc.integer({ min: 1, max: 9 }),
    (text, replacements, size) =>
      substituted(text, replacements, size) === substituted(text, replacements, 1000),
  ));
});

Deno.test("substitute: what is not there is told", () => {
  const substitution = new Substitution({ a: "1", "b\u00e4": "2" });
  assert.equal(substitution.isEmpty, false);
  for (const _ of substitution.of([bytes("a")]));
  assert.equal(substitution.absent, "b\u00e4");
  for (const _ of substitution.of([bytes("bä")]));
  assert.equal(substitution.absent, null);
  assert.equal(new Substitution({ "": "x" }).isEmpty, true);
});

Deno.test("substitute: no more is held than a piece", () => {
  let given = 0, taken = 0;
  const piece = new Uint8Array(1000).fill(120);
  function* pieces() {
    for (let n = 0; n < 100; n++) {
      assert.ok(given - taken <= 1000, "what came in has gone out, but for the last piece");
      given += piece.length;
      yield piece;
    }
  }
  for (const chunk of new Substitution({ abc: "x" }).of(pieces())) taken += chunk.length;
  assert.equal(taken, 100_000);
});
