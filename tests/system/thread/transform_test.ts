/** Streams of bytes through another thread. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { SysError } from "../../../src/errors.ts";
import { RingReader, RingWriter } from "../../../src/system/thread/ring.ts";
import { transform } from "../../../src/system/thread/transform.ts";
import { failureOf } from "../../realize/support.ts";

const url = new URL("./tasks.ts", import.meta.url).href;
const never = new AbortController().signal;

function run(task: string, input: Iterable<Uint8Array> = [], signal = never) {
  return transform({ url, task, input, signal });
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks));
}

/** Chunks in one buffer that each of them uses again. */
function* reused(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  const buffer = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    buffer.set(part);
    yield buffer.subarray(0, part.length);
    buffer.fill(0xee);
  }
}

const numbers = (size: number) => Uint8Array.from({ length: size }, (_, n) => n ^ n >> 8 ^ n >> 16);

Deno.test("thread: what goes in comes out, in chunks of any size", async () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 900_000 }));
  await fc.assert(
    fc.asyncProperty(fc.nat(2_000_000), size, fc.boolean(), async (length, size, views) => {
      const bytes = numbers(Math.min(length, size * 300));
      const found = await all(run(views ? "views" : "copy", reused(bytes, size)));
      assert.ok(found.equals(bytes));
    }),
    { numRuns: 12, interruptAfterTimeLimit: 60_000 },
  );
});

Deno.test("thread: no more is read than a few chunks before what is wanted", async () => {
  let read = 0;
  function* input() {
    for (; read < 200; read++) yield Uint8Array.of(read);
  }
  let taken = 0;
  for await (const [number] of run("copy", input())) {
    assert.equal(number, taken++);
    if (taken % 50 === 1) await new Promise((resolve) => setTimeout(resolve, 100));
    // Four slots, eight chunks that wait, one that waits to be given.
    assert.ok(read <= taken + 13, `${read} read, ${taken} taken`);
  }
  assert.equal(taken, 200);
});

Deno.test("thread: an error of the input comes where the task comes to it, as it is", async () => {
  const error = new SysError("store", "Cannot read: gone");
  const found: number[] = [];
  const thrown = await failureOf(async () => {
    const input = (function* () {
      for (let n = 0; n < 30; n++) yield Uint8Array.of(n);
      throw error;
    })();
    for await (const [number] of run("copy", input)) found.push(number);
  });
  assert.equal(thrown, error);
  assert.equal(found.length, 30);
});

Deno.test("thread: input that is not read to its end is left", async () => {
  let left = false;
  const input = (function* () {
    try {
      for (;;) yield Uint8Array.of(7);
    } finally {
      left = true;
    }
  })();
  assert.deepEqual([...await all(run("first", input))], [7]);
  assert.ok(left);
});

Deno.test("thread: errors of the task are those that it threw", async () => {
  await assert.rejects(all(run("wrong")), (error: Error) => {
    assert.ok(!(error instanceof SysError));
    assert.equal(error.message, "it is wrong");
    return true;
  });
  const { kind, message, hint, notes } = await failureOf(() => all(run("refuse")));
  assert.deepEqual({ kind, message, hint, notes }, {
    kind: "build",
    message: "Cannot do it: no",
    hint: "do another",
    notes: ["a", "b"],
  });
});

Deno.test("thread: one that dies, or never began, is an error", async () => {
  const died = await failureOf(() => all(run("die")));
  assert.equal(died.kind, "io");
  assert.match(died.message, /^Cannot go on: a thread of sys ended: .*undefined/);
  const none = transform({ url: `${url}.none`, task: "copy", input: [], signal: never });
  assert.equal((await failureOf(() => all(none))).kind, "io");
});

Deno.test("thread: the signal ends it at any time, with its reason", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  let count = 0;
  await assert.rejects(async () => {
    for await (const _ of run("many", [], controller.signal)) {
      if (++count === 20) controller.abort(reason);
    }
  }, reason);
  assert.equal(count, 20);
  await assert.rejects(all(run("copy", [], controller.signal)), reason);
});

Deno.test("thread: one that is stopped waits for nothing", () => {
  const writer = new RingWriter();
  const reader = new RingReader(writer.buffer);
  writer.put(numbers(3));
  assert.deepEqual([...reader.chunks(() => {}).next().value!], [0, 1, 2]);
  reader.give();
  writer.stop();
  assert.throws(() => reader.give(), { name: "Stopped" });
  assert.throws(() => reader.chunks(() => {}).next(), { name: "Stopped" });
});
