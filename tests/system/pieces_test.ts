import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { piecesOf } from "../../src/system/pieces.ts";

Deno.test("pieces: together they are the text, whatever its parts are", () => {
  const part = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.nat(100_000).map((length) => "ä".repeat(length)),
  );
  fc.assert(fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
    assert.equal(Buffer.concat([...piecesOf(parts)]).toString(), parts.join(""));
  }));
});

Deno.test("pieces: parts that are short come together, and nothing comes of nothing", () => {
  assert.deepEqual([...piecesOf(["a", "", "b"])].map(({ length }) => length), [2]);
  assert.deepEqual([...piecesOf(["", ""])], []);
  const many = [...piecesOf(Array(200_000).fill("x"))];
  assert.ok(many.length === 4 && many.every(({ length }) => length <= 1 << 16), "64 KiB each");
});
