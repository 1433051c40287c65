/** What the threads of `transform_test.ts` run. */
import { SysError } from "../../../src/errors.ts";
import { serve } from "../../../src/system/thread/serve.ts";

serve({
  async *copy(input) {
    for (const chunk of input) yield new Uint8Array(chunk);
  },
  /** Parts of one buffer, which stays. */
  async *views(input) {
    const buffer = new Uint8Array(1 << 20);
    for (const chunk of input) {
      buffer.set(chunk);
      yield buffer.subarray(0, chunk.length);
    }
  },
  async *first(input) {
    for (const chunk of input) return yield new Uint8Array(chunk);
  },
  async *many() {
    for (let n = 0; n < 500; n++) yield new Uint8Array(1 << 16);
  },
  // deno-lint-ignore require-yield
  async *wrong() {
    throw new RangeError("it is wrong");
  },
  // deno-lint-ignore require-yield
  async *refuse() {
    throw new SysError("build", "Cannot do it: no", { hint: "do another", notes: ["a", "b"] });
  },
  // deno-lint-ignore require-yield
  async *die() {
    await new Promise(() => setTimeout(() => undefined!["x"]));
  },
});
