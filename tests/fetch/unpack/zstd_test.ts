/** zstd, against what zstd(1) makes, and against what nobody should make. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { generatedDecoder, sourcesHash } from "../../../scripts/build_zstd.ts";
import { SysError } from "../../../src/errors.ts";
import { zstdDecoder } from "../../../src/fetch/unpack/zstd/zstd.ts";
import { SOURCES } from "../../../src/fetch/unpack/zstd/decoder.generated.ts";
import { RealProcesses } from "../../../src/system/real_processes.ts";
import { failureOf, TempDir } from "../../realize/support.ts";

const decodeZstd = await zstdDecoder();
const processes = new RealProcesses();
const PATH = "/usr/local/bin:/usr/bin:/bin";
const zstd = processes.which("zstd", PATH);
const without = zstd === null ? " (skipped: no zstd)" : "";

/** `hello hello` and a line's end, with a checksum, and nothing at all with one, by zstd 1.5.4. */
const HELLO = Buffer.from("28b52ffd045861000068656c6c6f2068656c6c6f0aff7ad51a", "hex");
const EMPTY = Buffer.from("28b52ffd240001000099e9d851", "hex");
/** A skippable frame with three bytes (RFC 8878, 3.1.2). */
const SKIPPED = Buffer.from("502a4d1803000000010203", "hex");

function joined(chunks: Iterable<Uint8Array>): Buffer {
  return Buffer.concat([...chunks]);
}

function* inChunks(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const decoded = (...streams: Uint8Array[]) => joined(decodeZstd(streams));
const textOf = (...streams: Uint8Array[]) => decoded(...streams).toString();

async function compressed(bytes: Uint8Array, ...flags: readonly string[]): Promise<Uint8Array> {
  const argv = [zstd!, "-q", "-c", ...flags];
  const { code, stdout } = await processes.run({ argv, env: { PATH }, stdin: bytes });
  assert.equal(code, 0);
  return stdout;
}

Deno.test("zstd: the decoder was made from the present sources", () => {
  assert.equal(SOURCES, sourcesHash());
});

Deno.test({
  name: "zstd: the decoder is the same bytes when it is built again; only with ZSTD_SOURCE",
  ignore: !Deno.env.has("ZSTD_SOURCE"),
  fn: async () => {
    using folder = new TempDir();
    const file = new URL("../../../src/fetch/unpack/zstd/decoder.generated.ts", import.meta.url);
    assert.ok(await generatedDecoder(folder.path) === Deno.readTextFileSync(file), "other bytes");
  },
});

Deno.test("zstd: a frame, several, empty ones, and those that are skipped", () => {
  assert.equal(textOf(HELLO), "hello hello\n");
  assert.equal(textOf(EMPTY), "");
  assert.equal(textOf(HELLO, EMPTY, HELLO), "hello hello\nhello hello\n");
  assert.equal(textOf(SKIPPED, HELLO, SKIPPED, SKIPPED), "hello hello\n");
  assert.equal(textOf(...inChunks(Buffer.concat([HELLO, SKIPPED, HELLO]), 1)).length, 24);
});

const WRONG: [title: string, bytes: Uint8Array, error: RegExp][] = [
  ["nothing", new Uint8Array(), /ends too early/],
  ["something else", Buffer.from("PK.. and more of it"), /no zstd frame/],
  ["zeroes behind the last frame", Buffer.concat([HELLO, Buffer.alloc(8)]), /no zstd frame/],
  ["a frame without its magic", HELLO.subarray(4), /no zstd frame/],
  ["another checksum", flipped(HELLO, HELLO.length * 8 - 1), /checksum/],
  ["a window of 256 MiB", Buffer.from("28b52ffd0090010000", "hex"), /more than 128 MiB/],
  ["a dictionary", Buffer.from("28b52ffd015807010000", "hex"), /dictionary/],
  ["a reserved bit", Buffer.from("28b52ffd0858010000", "hex"), /not part of the format/],
  ["a reserved kind of block", Buffer.from("28b52ffd0058070000", "hex"), /damaged/],
];
for (const [title, bytes, error] of WRONG) {
  Deno.test(`zstd: ${title} is refused`, () => assert.throws(() => decoded(bytes), error));
}

Deno.test("zstd: what is refused though it may be whole says what would be read", async () => {
  const { message, hint } = await failureOf(() =>
    Promise.resolve().then(() => decoded(WRONG[5][1]))
  );
  assert.equal(message, "Cannot unpack zstd data: it looks back more than 128 MiB");
  assert.match(hint!, /--long=27/);
});

Deno.test("zstd: wherever it ends too early, that is noticed", () => {
  for (let end = 0; end < HELLO.length; end++) {
    assert.throws(() => decoded(HELLO.subarray(0, end)), /too early/, `${end} bytes`);
    const second = Buffer.concat([HELLO, HELLO.subarray(0, end)]);
    if (end > 0) assert.throws(() => decoded(second), /too early/, `${end} bytes of a second one`);
  }
});

Deno.test("zstd: no changed bit goes unnoticed", () => {
  for (let bit = 0; bit < HELLO.length * 8; bit++) {
    let result: string | null = null;
    try {
      result = textOf(flipped(HELLO, bit));
    } catch (thrown) {
      assert.ok(thrown instanceof SysError || (thrown as Error).constructor === Error);
    }
    // The size of the window may differ, and that there is a checksum: then it counts as what follows.
    if (result !== null) assert.equal(result, "hello hello\n");
  }
});

function flipped(bytes: Uint8Array, bit: number): Buffer {
  const bad = Buffer.from(bytes);
  bad[bit >> 3] ^= 1 << (bit & 7);
  return bad;
}

/** Texts with long runs, few and many different bytes. */
const runs = fc.array(
  fc.record({ byte: fc.nat(255), times: fc.oneof(fc.nat(8), fc.nat(600), fc.nat(70_000)) }),
  { maxLength: 40 },
).map((list) => joined(list.map(({ byte, times }) => new Uint8Array(times).fill(byte))));
const contents: fc.Arbitrary<Uint8Array> = fc.oneof(
  runs,
  fc.uint8Array({ maxLength: 300_000 }),
  fc.string({ maxLength: 5_000 }).map((one) => new TextEncoder().encode(one.repeat(20))),
);
/** What zstd(1) is asked for. */
const flags = fc.oneof(
  fc.integer({ min: 1, max: 19 }).map((level) => [`-${level}`]),
  fc.integer({ min: 20, max: 22 }).map((level) => ["--ultra", `-${level}`]),
  fc.integer({ min: 10, max: 27 }).map((log) => [`--long=${log}`]),
  fc.constantFrom(["--fast=5"], ["--no-check"], ["--no-content-size"], ["--format=zstd", "-T2"]),
);

Deno.test({
  name: `zstd: whatever zstd(1) compresses comes back${without}`,
  ignore: zstd === null,
  fn: async () => {
    const frames = fc.array(fc.tuple(contents, flags), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(frames, fc.nat(200_000), fc.boolean(), async (list, size, skip) => {
        const packed: Uint8Array[] = [];
        for (const [bytes, how] of list) {
          packed.push(await compressed(bytes, ...how), ...skip ? [SKIPPED] : []);
        }
        const found = joined(decodeZstd(inChunks(Buffer.concat(packed), size + 1)));
        assert.ok(found.equals(Buffer.concat(list.map(([bytes]) => bytes))));
      }),
      { numRuns: 25, interruptAfterTimeLimit: 60_000 },
    );
  },
});

Deno.test({
  name: `zstd: every end and many changed bits of a compressed text are noticed${without}`,
  ignore: zstd === null,
  fn: async () => {
    const text = Buffer.from(Array.from({ length: 120 }, (_, n) => `line ${n * n}\n`).join(""));
    const packed = await compressed(text, "-19", "--check");
    for (let end = 0; end < packed.length; end++) {
      assert.throws(() => decoded(packed.subarray(0, end)), /too early/, `${end} bytes`);
    }
    for (let bit = 0; bit < packed.length * 8; bit += 7) {
      let result: Buffer | null = null;
      try {
        result = decoded(flipped(packed, bit));
      } catch {
        continue;
      }
      assert.ok(result.equals(text), `bit ${bit}`);
    }
  },
});

Deno.test({
  name: `zstd: what a dictionary was used for is refused${without}`,
  ignore: zstd === null,
  fn: async () => {
    using folder = new TempDir();
    for (let n = 0; n < 200; n++) {
      Deno.writeTextFileSync(
        `${folder.path}/${n}`,
        `{"name":"value ${n}","other":${n * 31}}`.repeat(5),
      );
    }
    const samples = Array.from({ length: 200 }, (_, n) => `${folder.path}/${n}`);
    const dictionary = `${folder.path}/dictionary`;
    const argv = [zstd!, "-q", "--train", "--maxdict=2048", "-o", dictionary, ...samples];
    assert.equal((await processes.run({ argv, env: { PATH } })).code, 0);
    const packed = await compressed(Deno.readFileSync(samples[0]), "-D", dictionary);
    assert.throws(() => decoded(packed), /it was compressed with a dictionary/);
  },
});

Deno.test({
  name: `zstd: a window of 128 MiB is read, also twice, and a larger one refused${without}`,
  ignore: zstd === null,
  fn: async () => {
    // The same at the ends of 100 MiB: what is there at the end is the beginning's.
    const noise = Buffer.from(Array.from({ length: 100_000 }, (_, n) => Math.imul(n, 40503) >> 7));
    const whole = Buffer.concat([noise, Buffer.alloc(100 << 20), noise]);
    const packed = await compressed(whole, "--long=27", "-3");
    assert.ok(packed.length < 1.5 * noise.length, `${packed.length} bytes`);
    let length = 0, tail: Uint8Array = new Uint8Array();
    for (const chunk of decodeZstd([packed, packed])) {
      length += chunk.length;
      tail = Buffer.concat([tail, chunk]).subarray(-noise.length);
    }
    assert.equal(length, 2 * whole.length);
    assert.ok(noise.equals(tail));
    assert.throws(
      () => [...decodeZstd([Buffer.from("28b52ffd0090", "hex"), packed.subarray(6)])],
      /128 MiB/,
    );
  },
});
