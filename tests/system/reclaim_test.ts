import assert from "node:assert/strict";
import { realSystem } from "../../src/system/real.ts";
import { reclaim } from "../../src/system/reclaim.ts";

/** Memory that nobody uses any more: what a closed VM leaves. */
function left(): WeakRef<object> {
  return new WeakRef(new WebAssembly.Memory({ initial: 256 }));
}

Deno.test("reclaim: what nobody uses any more is gone, without another use of memory", async () => {
  const memory = left();
  await reclaim(realSystem().clock);
  assert.equal(memory.deref(), undefined);
});
