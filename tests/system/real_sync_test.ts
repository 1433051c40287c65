import assert from "node:assert/strict";
import { tellsFailures } from "../../src/system/real_sync.ts";
import { realSystem } from "../../src/system/real.ts";
import { withTemporary } from "../support/temporary.ts";

Deno.test({
  name: "sync: a program that can't be started, or does not tell what fails, flushes nothing",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withTemporary((dir) => {
      // A script written here could be busy: other threads start programs meanwhile.
      const found = (name: string) =>
        [`/usr/bin/${name}`, `/bin/${name}`].find((path) => realSystem().fs.lstat(path) !== null)!;
      Deno.writeTextFileSync(`${dir}/closed`, "", { mode: 0o644 });
      Deno.writeTextFileSync(`${dir}/foreign`, "\0\0\0\0", { mode: 0o755 });
      assert.equal(tellsFailures(`${dir}/closed`), false);
      assert.equal(tellsFailures(`${dir}/foreign`), false);
      assert.equal(tellsFailures(found("true")), false);
      // `test -f` asks whether a file is there.
      assert.equal(tellsFailures(found("test")), true);
      assert.equal(tellsFailures(`${dir}/none`), false);
    }),
});
