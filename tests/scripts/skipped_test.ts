import assert from "node:assert/strict";
import { whySkipped } from "../../scripts/skipped.ts";

Deno.test("what was skipped is told by its reason, with the package that brings it", () => {
  assert.deepEqual(
    whySkipped([
      "./tests/a_test.ts => shell: fish (not installed): every text arrives as it is",
      "./tests/a_test.ts => rc line: fish sources what is there (not installed)",
      "./tests/b_test.ts => a store of somebody else is told (only as an ordinary user: root may)",
      "./tests/c_test.ts => something new",
    ]),
    [
      "    2  fish (apt-get install fish)",
      "    1  an ordinary user: these run when root does not run the tests",
      "    1  ./tests/c_test.ts => something new",
    ],
  );
});
