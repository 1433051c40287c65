/** Every line that `deno task mutate` changes is still there: a promise whose line has moved would not be tried. */
import assert from "node:assert/strict";
import { MUTATIONS } from "../../scripts/mutations.ts";
import { fromFileUrl } from "../support/paths.ts";

const PROJECT = fromFileUrl(new URL("../..", import.meta.url));

Deno.test("mutations: each is possible in one place", () => {
  const stale = MUTATIONS.filter(({ file, find }) =>
    Deno.readTextFileSync(`${PROJECT}/${file}`).split(find).length !== 2
  );
  assert.deepEqual(stale.map(({ file, name }) => `${file}: ${name}`), []);
});

Deno.test("mutations: the test of each is there", () => {
  const tests = new Set(MUTATIONS.map(({ test }) => test));
  for (const test of tests) assert.ok(Deno.statSync(`${PROJECT}/${test}`), test);
});
