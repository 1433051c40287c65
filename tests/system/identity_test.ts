import assert from "node:assert/strict";
import { identityOf } from "../../src/system/identity.ts";
import { withTemporary } from "../support/temporary.ts";

Deno.test("identity: a program that took another's place, size and time is another one", () =>
  withTemporary(async (dir) => {
    const path = `${dir}/program`;
    Deno.writeTextFileSync(path, "one");
    const { mtime } = Deno.statSync(path);
    const before = identityOf(path);
    assert.equal(identityOf(path), before);
    // The runtime may tell times of changes in whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    Deno.writeTextFileSync(path, "two");
    Deno.utimeSync(path, mtime!, mtime!);
    assert.notEqual(identityOf(path), before);
  }));
