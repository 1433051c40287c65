/** Takes compressed bytes, gives what they were, chunk by chunk: here, or in a thread, so that what was decoded is used
 * while more is. */
import { messageOf, SysError } from "../../errors.ts";
import { transform } from "../../system/thread/transform.ts";
import { DECODERS } from "./decoders.ts";
import type { Compression } from "./detect.ts";

export interface Compressed {
  /** What messages call it. */
  readonly label: string;
  /** They may be reused by who gives them once the next is asked for. */
  readonly chunks: Iterable<Uint8Array>;
  /** What ends the thread that decodes; null where none shall. */
  readonly apart: AbortSignal | null;
}

/** Decompresses. @throws SysError; the signal's reason */
export async function* decompress(
  compression: Compression,
  { label, chunks, apart }: Compressed,
): AsyncGenerator<Uint8Array> {
  try {
    if (apart === null) return yield* await DECODERS[compression](chunks);
    const { THREAD_URL } = await import("./thread_url.ts");
    yield* transform({ url: THREAD_URL, task: compression, input: chunks, signal: apart });
  } catch (thrown) {
    if (thrown instanceof SysError || apart?.aborted) throw thrown;
    throw new SysError("build", `Cannot unpack ${label}: its ${compression} data is damaged`, {
      notes: [messageOf(thrown)],
      cause: thrown,
    });
  }
}
