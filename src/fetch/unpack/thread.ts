/** What a thread runs that decompresses. */
import { serve, type Task } from "../../system/thread/serve.ts";
import { DECODERS } from "./decoders.ts";
import type { Compression } from "./detect.ts";

const task = (compression: Compression): Task =>
  async function* (input) {
    yield* await DECODERS[compression](input);
  };

serve({
  xz: task("xz"),
  bzip2: task("bzip2"),
  zstd: task("zstd"),
  // The runtime still needs the buffers that its stream has given.
  async *gzip(input) {
    for await (const chunk of task("gzip")(input)) yield new Uint8Array(chunk);
  },
});
