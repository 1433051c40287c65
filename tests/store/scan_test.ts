import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { BUFFER_SIZE } from "../../src/store/buffer.ts";
import { dumpNar } from "../../src/store/nar.ts";
import { HashScan, replaceInText, type Replacement } from "../../src/store/scan.ts";
import { realSystem } from "../../src/system/real.ts";
import { grow, inTemp } from "./trees.ts";

const { fs } = realSystem();
const FROM = "0123456789abcdfghijklmnpqrsvwxyz";
const TO = "zyxwvsrqpnmlkjihgfdcba9876543210";
const OTHER = "1123456789abcdfghijklmnpqrsvwxyz";
const REPLACEMENT: Replacement = { stem: "thing-1.0", from: FROM, to: TO };
const SCRATCH = `/root/store/tmp/thing-1.0-${FROM}`;
const FINAL = `/root/store/obj/thing-1.0-${TO}`;

/** Sends a text through a scan in windows of a size, as the NAR writer does. */
function through(text: string, size: number, scan: HashScan): string {
  const buffer = Buffer.alloc(size);
  let out = "", used = 0;
  for (const byte of Buffer.from(text, "latin1")) {
    if (used === size) {
      scan.see(buffer);
      out += buffer.toString("latin1", 0, used - scan.overlap);
      buffer.copyWithin(0, used - scan.overlap, used);
      used = scan.overlap;
    }
    buffer[used++] = byte;
  }
  scan.see(buffer.subarray(0, used));
  return out + buffer.toString("latin1", 0, used);
}

const REPLACED: [text: string, result: string, count: number][] = [
  [FROM, TO, 1],
  [SCRATCH, FINAL, 1],
  [`${SCRATCH}${FROM}${SCRATCH}`, `${FINAL}${TO}${FINAL}`, 3],
  [`0${FROM}0`, `0${TO}0`, 1],
  [FROM.slice(1) + FROM, FROM.slice(1) + TO, 1],
  [`tmp/other-1.0-${FROM}`, `tmp/other-1.0-${TO}`, 1],
  [`obj/thing-1.0-${FROM}`, `obj/thing-1.0-${TO}`, 1],
  [OTHER + FROM.slice(0, -1), OTHER + FROM.slice(0, -1), 0],
  [FROM.toUpperCase(), FROM.toUpperCase(), 0],
  ["", "", 0],
  [SCRATCH.replaceAll("/", "\\"), FINAL.replaceAll("/", "\\"), 1],
  [SCRATCH.replaceAll("/", "\\\\"), FINAL.replaceAll("/", "\\\\"), 1],
];
for (const [text, result, count] of REPLACED) {
  Deno.test(`"${text}" becomes "${result}"`, () => {
    const scan = new HashScan([OTHER], [REPLACEMENT]);
    assert.equal(through(text, 100, scan), result);
    assert.equal(scan.replaced, count);
    assert.equal(scan.count(FROM), count);
    assert.equal(scan.found.has(OTHER), text.includes(OTHER));
    assert.equal(replaceInText(text, [REPLACEMENT]), result);
  });
}

Deno.test("a hash is found and replaced wherever the windows end", () => {
  for (let at = 0; at < 300; at++) {
    const scan = new HashScan([OTHER], [REPLACEMENT]);
    const before = "/".repeat(at);
    assert.equal(through(`${before}${SCRATCH} ${OTHER}`, 110, scan), `${before}${FINAL} ${OTHER}`);
    assert.deepEqual([...scan.found].sort(), [FROM, OTHER]);
  }
});

Deno.test("a scan finds what a plain search finds", () => {
  const digits = "0123456789abcdfghijklmnpqrsvwxyz";
  const piece = fc.oneof(
    fc.constantFrom(
      FROM,
      SCRATCH,
      OTHER,
      FROM.slice(5),
      FROM.slice(0, 20),
      "tmp/thing-1.0-",
      "obj/",
    ),
    fc.string({ unit: fc.constantFrom(...digits, "e", "/", "-"), maxLength: 70 }),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.integer({ min: 60, max: 300 }), (pieces, size) => {
      const text = pieces.join("");
      const scan = new HashScan([OTHER], [REPLACEMENT]);
      assert.equal(through(text, size, scan), replaceInText(text, [REPLACEMENT]));
      assert.equal(scan.found.has(OTHER), text.includes(OTHER));
      assert.equal(scan.replaced, text.split(FROM).length - 1);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a scan for nothing keeps nothing back", () => {
  assert.equal(new HashScan([]).overlap, 0);
});

Deno.test("in an archive a hash is replaced at every offset around the end of the buffer", () =>
  inTemp(fs, (folder) => {
    const path = `${folder}/it`;
    grow(fs, path, { file: "" });
    // The content starts after 96 bytes of the archive.
    for (let at = BUFFER_SIZE - 96 - SCRATCH.length - 2; at < BUFFER_SIZE - 96 + 2; at++) {
      fs.remove(path);
      grow(fs, path, { file: `${"/".repeat(at)}${SCRATCH}${"/".repeat(200)}` });
      const scan = new HashScan([], [REPLACEMENT]);
      let length = 0, found = "";
      dumpNar(fs, path, (bytes) => {
        length += bytes.length;
        const text = Buffer.from(bytes).toString("latin1");
        found += text.replaceAll(/\/{20,}/g, "");
      }, scan);
      assert.equal(scan.replaced, 1, `at ${at}`);
      assert.ok(found.includes(FINAL.slice(1)), `at ${at}: ${found}`);
      assert.equal(length, 96 + Math.ceil((at + SCRATCH.length + 200) / 8) * 8 + 16);
    }
  }));
