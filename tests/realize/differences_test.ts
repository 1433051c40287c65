import assert from "node:assert/strict";
import { differences } from "../../src/realize/differences.ts";
import { realSystem } from "../../src/system/real.ts";
import { TempDir } from "./support.ts";

const { fs } = realSystem();
const HASHES = ["0", "1"].map((digit) => digit.repeat(32));
const LONG = "x".repeat(1 << 20);

/** Contents of a file in two builds, and what is told of it. `#` stands for the build's own hash. */
const CASES: readonly (readonly [string, string, string | null])[] = [
  ["same #", "same #", null],
  [LONG + "#" + LONG, LONG + "#" + LONG, null],
  ["a\nb 1 c\nd", "a\nb 2 c\nd", 'at byte 4, in line 2: "b 1 c", then "b 2 c"'],
  ["a\n", "a\nb", 'at byte 2, in line 2: "", then "b"'],
  ["1", "2", 'at byte 0, in line 1: "1", then "2"'],
  ["\0\0abc", "\0\0abd", "at byte 4: 63, then 64"],
  ["\0\0", "\0\0\x01", "at byte 2: its end, then 01"],
  [
    `${LONG}1`,
    `${LONG}2`,
    `at byte ${1 << 20}, in line 1: "${"x".repeat(40)}1", then "${"x".repeat(40)}2"`,
  ],
  ["ä ö ü 1", "ä ö ü 2", 'at byte 9, in line 1: "ä ö ü 1", then "ä ö ü 2"'],
];

for (const [one, two, told] of CASES) {
  const shown = JSON.stringify(one.length > 20 ? `${one.slice(0, 5)}…` : one);
  Deno.test(`differences: ${shown}, ${told ?? "none"}`.slice(0, 100), () => {
    using dir = new TempDir();
    const sides = [one, two].map((content, n) => {
      const path = `${dir.path}/${n}`;
      Deno.writeTextFileSync(path, content.replaceAll("#", HASHES[n]));
      return { path, hashes: [HASHES[n]] };
    });
    const expected = told === null ? [] : [`the output itself differs ${told}`];
    assert.deepEqual(differences(fs, sides[0], sides[1]), expected);
  });
}
