import assert from "node:assert/strict";
import { interruption } from "../../src/cli/interruption.ts";

/** Milliseconds at which signals come, and what is done at each. */
const CASES: readonly [title: string, times: readonly number[], done: readonly string[]][] = [
  ["one signal", [0], ["first"]],
  ["one that is sent twice, as `timeout` does", [0, 0, 3], ["first"]],
  ["another one later", [0, 700], ["first", "again"]],
  ["one that is sent twice, and another one", [0, 2, 900], ["first", "again"]],
];

for (const [title, times, expected] of CASES) {
  Deno.test(`interruption: ${title}`, () => {
    let now = 0;
    const done: string[] = [];
    const signal = interruption({ monotonic: () => now }, {
      first: () => void done.push("first"),
      again: () => void done.push("again"),
    });
    for (now of times) signal();
    assert.deepEqual(done, expected);
  });
}
