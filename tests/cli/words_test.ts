import assert from "node:assert/strict";
import { parseAge, parseSize } from "../../src/cli/quantities.ts";
import { keptLines } from "../../src/cli/render/originals.ts";
import {
  columns,
  count,
  counted,
  duration,
  relativeTime,
  size,
} from "../../src/cli/render/words.ts";
import { transferText } from "../../src/cli/terminal/byte_progress.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const ago = (seconds: number) =>
  relativeTime(new Date(NOW.getTime() - seconds * 1000).toISOString(), NOW);

/** What is said, and what should be. */
const SAID: readonly (readonly [string, string])[] = [
  [count(0), "0"],
  [count(999), "999"],
  [count(1000), "1,000"],
  [count(1234567), "1,234,567"],
  [counted(1, "link"), "1 link"],
  [counted(0, "copy", "copies"), "0 copies"],
  [size(0), "0 B"],
  [size(1023), "1023 B"],
  [size(1536), "1.5 KiB"],
  [size(3 * 1024 ** 3), "3.0 GiB"],
  [duration(340), "0.3 s"],
  [duration(125_000), "2 min 5 s"],
  [ago(3), "just now"],
  [ago(61), "1 minute ago"],
  [ago(7200), "2 hours ago"],
  [ago(26 * 3600), "1 day ago"],
  [ago(40 * 86400), "1 month ago"],
  [ago(800 * 86400), "2 years ago"],
  [ago(-50), "just now"],
  [columns([["a", "bcd"], ["efg", "h"]]), "a    bcd\nefg  h"],
  [columns([["\x1b[32ma\x1b[39m", "b"], ["cc", "d"]]), "\x1b[32ma\x1b[39m   b\ncc  d"],
  [transferText(1024, null, 10), "1.0 KiB"],
  [transferText(1 << 20, 3 << 20, 1000), "1.0 MiB of 3.0 MiB, 1.0 MiB/s, 2 s left"],
];

for (const [found, expected] of SAID) {
  Deno.test(`words: ${JSON.stringify(expected)}`, () => assert.equal(found, expected));
}

for (
  const [read, text, expected] of [
    [parseAge, "45m", 45 * 60_000],
    [parseAge, "30d", 30 * 86_400_000],
    [parseAge, "30", null],
    [parseAge, "-1d", null],
    [parseSize, "512", 512],
    [parseSize, "500M", 500 * 1024 ** 2],
    [parseSize, "1.5GiB", 1.5 * 1024 ** 3],
    [parseSize, "10 G", 10 * 1024 ** 3],
    [parseSize, "much", null],
    [parseSize, "", null],
  ] as const
) {
  Deno.test(`quantity: ${read.name} "${text}"`, () => {
    if (expected === null) assert.throws(() => read(text), SyntaxError);
    else assert.equal(read(text), expected);
  });
}

Deno.test("columns: a name with a newline stays on its line", () => {
  assert.equal(columns([["~/a\nb", "x"], ["c\td", "y"]], "  "), "  ~/a\\nb  x\n  c\\td    y");
});

Deno.test("what was kept is told on one line each", () => {
  const state = {
    kind: "dir",
    mode: 0o755,
    kept: { number: 1, uid: 0, gid: 0, mtime: 0 },
  } as const;
  const one = { number: 1, time: "", path: "/h/a\nb", why: "edit", state, size: 0 } as const;
  const line = "Kept /h/a\\nb as original 1 (edited by hand";
  const without = `${line}; without attributes and hard links).`;
  assert.deepEqual(keptLines([one], false), [without]);
  const held = { ...state, kept: { ...state.kept, held: "/h/1" } };
  assert.deepEqual(keptLines([{ ...one, state: held }], false), [`${line}).`]);
});
