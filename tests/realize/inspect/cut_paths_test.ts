/** Paths that a compiler has cut into pieces are told of; whole ones are not. */
import assert from "node:assert/strict";
import { hasCutPath } from "../../../src/realize/inspect/cut_paths.ts";
import { realSystem } from "../../../src/system/real.ts";
import { withTemporary } from "../../support/temporary.ts";
import { World } from "../support.ts";
import { needs, run, warningsOf } from "./support.ts";

const { fs } = realSystem();
const HASH = "0123456789abcdfghijklmnpqrsvwxyz";

const CASES: [string, boolean][] = [
  ["", false],
  [HASH, false],
  [`/store/tmp/x-${HASH}/lib and ${HASH}${HASH}`, false],
  [HASH.slice(0, 16), true],
  [HASH.slice(16), true],
  [`${HASH} ${HASH.slice(5, 21)}`, true],
  [`${HASH.slice(0, 30)} is all`, true],
  [HASH.slice(0, 10), false],
  ["another text of which no part is in the hash", false],
];

Deno.test("a part of a hash without the rest, wherever reading stops", async () => {
  await withTemporary((dir) => {
    for (const [text, cut] of CASES) {
      for (const before of ["", "x".repeat(40), "x".repeat(100)]) {
        Deno.writeTextFileSync(`${dir}/x`, `${before}${text}${before}`);
        for (const chunk of [1, 7, 32, 33, 64, 1000]) {
          assert.equal(hasCutPath(fs, `${dir}/x`, [HASH], chunk), cut, `${text} by ${chunk}`);
        }
      }
    }
  });
});

const COPIES =
  "#include <string.h>\nchar *f(char *to) { return memcpy(to, P, sizeof P - 1) ? to : to; }\n";

Deno.test({
  ...needs(["linux", "gcc"], "a program whose compiler cuts its path gives a warning"),
  // Others keep the text whole.
  ignore: needs(["linux", "gcc"], "").ignore || Deno.build.arch !== "x86_64",
  async fn() {
    for (const [flag, expected] of [["", 1], ["-fno-builtin-memcpy", 0]] as const) {
      using world = new World();
      await world.build(function* ({ outputs }) {
        yield ["write", "f.c", COPIES];
        yield run(
          `mkdir -p ${outputs.out}/lib && gcc -O2 ${flag} -DP='"${outputs.out}/share"' -shared -fPIC ` +
            `-o ${outputs.out}/lib/libf.so f.c`,
        );
      });
      const found = warningsOf(world);
      assert.equal(found.length, expected, found.join());
      if (expected > 0) assert.match(found[0], /lib\/libf.so keeps a part of the path/);
    }
  },
});
