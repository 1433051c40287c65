import assert from "node:assert/strict";

/** A download that is stopped after the garbage collector has run: sends "stopped" or nothing. */
const PROGRAM = `
import { realSystem } from ${JSON.stringify(import.meta.resolve("../../src/system/real.ts"))};
const stop = new AbortController();
const send = async () => {
  const signal = AbortSignal.any([stop.signal, new AbortController().signal]);
  return (await realSystem().network.send({ url: Deno.args[0], signal })).body;
};
const end = () => {
  gc();
  stop.abort(new Error("stopped"));
};
const read = async () => {
  for await (const chunk of await send()) {
    console.log(chunk.length);
    setTimeout(end, 100);
  }
};
await read().catch((thrown) => console.log(thrown.message));
Deno.exit();
`;

Deno.test("an answer that never ends is ended by its signal, whatever was collected as garbage", async () => {
  const never = () =>
    new Response(
      new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(5)) }),
    );
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, never);
  try {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["eval", "--no-check", "--v8-flags=--expose-gc", PROGRAM],
        `http://127.0.0.1:${server.addr.port}/`,
      ],
      signal: AbortSignal.timeout(30_000),
      stdout: "piped",
    }).output();
    assert.equal(new TextDecoder().decode(stdout), "5\nstopped\n");
  } finally {
    await server.shutdown();
  }
});
