import assert from "node:assert/strict";
import { platformsPage } from "../../scripts/platforms.ts";
import { FEATURES } from "../../scripts/platforms/features.ts";
import { filesOf, readRuns } from "../../scripts/platforms/ran.ts";
import { fromFileUrl } from "../support/paths.ts";

const PROJECT = fromFileUrl(new URL("../..", import.meta.url));

Deno.test("what passed is counted by file, and by the world that it was tried in", () => {
  assert.deepEqual(
    filesOf([
      "./tests/store/b_test.ts => macOS: a name ... ok (1ms)",
      "./tests/store/b_test.ts => windows with links: a name ... ok (1ms)",
      ".\\tests\\store\\a_test.ts => a windows: b ... ok (1ms)",
      "./tests/store/a_test.ts => another ... FAILED (1ms)",
      "./tests/store/c_test.ts => real: x, only on Windows ... ignored (0ms)",
    ].join("\n")),
    {
      "tests/store/a_test.ts": { passed: 1 },
      "tests/store/b_test.ts": { passed: 2, macOS: 1, windows: 1 },
    },
  );
});

Deno.test("a feature ran, is a desk check only, or is not there", () => {
  const page = platformsPage({
    linux: {
      machine: "Debian 12, x86_64",
      date: "2026-01-02",
      files: { "tests/store/a_test.ts": { passed: 3, windows: 1 } },
    },
  });
  assert.match(page, /^- Linux: Debian 12, x86_64, 2026-01-02, 3 tests\.$/m);
  assert.match(
    page,
    /^\| the store \| ran: 3 tests \| not there \| desk check only: 1 tests? \|$/m,
  );
  assert.match(page, /^\| Windows \| a junction needs no privilege.* \| open \|$/m);
});

Deno.test("each feature of the page has tests", () => {
  for (const { tests } of FEATURES) {
    for (const path of tests) assert.ok(Deno.statSync(`${PROJECT}/tests/${path}`), path);
  }
});

Deno.test("docs/platforms.md says what was recorded", () => {
  const plain = (text: string) => text.replace(/[ \n]+/g, " ").replace(/-{3,}/g, "---");
  assert.equal(
    plain(Deno.readTextFileSync(`${PROJECT}/docs/platforms.md`)),
    plain(platformsPage(readRuns())),
    "run: deno task platforms",
  );
});
