/** bzip2, against what bzip2(1) makes, and against what nobody should make. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { decodeBzip2 } from "../../../src/fetch/unpack/bzip2/bzip2.ts";
import { RealProcesses } from "../../../src/system/real_processes.ts";

const processes = new RealProcesses();
const PATH = "/usr/local/bin:/usr/bin:/bin";
const bzip2 = processes.which("bzip2", PATH);

/** `hello hello` and a line's end, and nothing at all, by bzip2 1.0.8. */
const HELLO = Uint8Array.fromBase64(
  "QlpoOTFBWSZTWYV0bkEAAALRAAAQQAACRKAAMMAEpphSDcKGF3JFOFCQhXRuQQ==",
);
const EMPTY = Uint8Array.fromBase64("QlpoORdyRThQkAAAAAA=");

function joined(chunks: Iterable<Uint8Array>): Uint8Array {
  const all = [...chunks];
  const whole = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of all) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function* inChunks(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const decoded = (...streams: Uint8Array[]) => joined(decodeBzip2(streams));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function compressed(bytes: Uint8Array, level: number): Promise<Uint8Array> {
  const argv = [bzip2!, `-${level}`, "-c"];
  return (await processes.run({ argv, env: { PATH }, stdin: bytes })).stdout;
}

Deno.test("bzip2: a stream, several, empty ones, and what follows the last", () => {
  assert.equal(text(decoded(HELLO)), "hello hello\n");
  assert.equal(text(decoded(EMPTY)), "");
  assert.equal(text(decoded(HELLO, EMPTY, HELLO)), "hello hello\nhello hello\n");
  assert.equal(text(decoded(HELLO, new Uint8Array(5))), "hello hello\n");
  assert.equal(text(joined(decodeBzip2(inChunks(HELLO, 1)))), "hello hello\n");
});

/** A copy in which the bits of some bytes are turned. */
const turned = (bytes: Uint8Array, at: number) =>
  bytes.map((byte, n) => n === at ? byte ^ 0xff : byte);

const WRONG: [title: string, bytes: Uint8Array, error: RegExp][] = [
  ["nothing", new Uint8Array(), /empty/],
  ["something else", new TextEncoder().encode("PK.."), /BZh/],
  ["a level of 0", turned(HELLO, 3), /size of blocks/],
  ["another mark of a block", turned(HELLO, 5), /does not begin where it should/],
  ["another CRC of a block", turned(HELLO, 11), /CRC of a block/],
  ["another CRC of a stream", turned(EMPTY, 12), /CRC of a stream/],
  ["a randomized block", turned(HELLO, 14), /randomized/],
];
for (const [title, bytes, error] of WRONG) {
  Deno.test(`bzip2: ${title} is refused`, () => assert.throws(() => decoded(bytes), error));
}

Deno.test("bzip2: wherever it ends too early, that is noticed", () => {
  for (let end = 0; end < HELLO.length; end++) {
    assert.throws(() => decoded(HELLO.subarray(0, end)), Error, `${end} bytes`);
  }
});

Deno.test("bzip2: no changed bit goes unnoticed", () => {
  for (let bit = 0; bit < HELLO.length * 8; bit++) {
    const bad = HELLO.slice();
    bad[bit >> 3] ^= 1 << (bit & 7);
    let result: string | null = null;
    try {
      result = text(decoded(bad));
    } catch (thrown) {
      assert.equal((thrown as Error).constructor, Error, String(thrown));
    }
    // Spare bits at the end and the room for a block may differ.
    if (result !== null) assert.equal(result, "hello hello\n");
  }
});

Deno.test("bzip2: a hundred thousand empty streams need no room of their own", () => {
  function* many() {
    for (let n = 0; n < 100_000; n++) yield EMPTY;
  }
  assert.equal([...decodeBzip2(many())].length, 0);
});

/** Texts with long runs, few and many different bytes. */
const runs = fc.array(
  fc.record({ byte: fc.nat(255), times: fc.oneof(fc.nat(8), fc.nat(600), fc.nat(70_000)) }),
  { maxLength: 40 },
).map((list) => joined(list.map(({ byte, times }) => new Uint8Array(times).fill(byte))));
const contents = fc.oneof(
  runs,
  fc.uint8Array({ maxLength: 300_000 }),
  fc.string({ maxLength: 5_000 }).map((one) => new TextEncoder().encode(one.repeat(20))),
);

Deno.test({
  name: "bzip2: whatever bzip2(1) compresses comes back",
  ignore: bzip2 === null,
  fn: async () => {
    const level = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(contents, level, fc.nat(70_000), async (bytes, level, size) => {
        const packed = await compressed(bytes, level);
        const found = joined(decodeBzip2(inChunks(packed, size + 1)));
        assert.ok(Buffer.from(found).equals(bytes));
      }),
      { numRuns: 60, interruptAfterTimeLimit: 60_000 },
    );
  },
});
