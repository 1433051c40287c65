/** Messages between a process and its agent, over two pipes: the length of a JSON text and of the bytes that follow it,
 * each as 32 bits, least significant byte first; then the text; then the bytes.
 *
 * A request is `[name of the operation, ...arguments]`. An answer is `{ value }`, or `{ error: { doing, path, code } }`.
 */

/** What an agent says on standard output when it listens. */
export const READY = "ready\n";

/** What is sent at once. */
export interface Frame {
  readonly message: unknown;
  readonly bytes: Uint8Array;
}

/** The end of a pipe. */
interface Pipe {
  readSync(buffer: Uint8Array): number | null;
  writeSync(bytes: Uint8Array): number;
}

export const NO_BYTES: Uint8Array = new Uint8Array();

/** Sends one message whole. */
export function sendFrame(pipe: Pick<Pipe, "writeSync">, message: unknown, bytes = NO_BYTES): void {
  const text = new TextEncoder().encode(JSON.stringify(message));
  const frame = new Uint8Array(8 + text.length + bytes.length);
  const lengths = new DataView(frame.buffer);
  lengths.setUint32(0, text.length, true);
  lengths.setUint32(4, bytes.length, true);
  frame.set(text, 8);
  frame.set(bytes, 8 + text.length);
  for (let done = 0; done < frame.length;) done += pipe.writeSync(frame.subarray(done));
}

/** Waits for one message. Null when the other side has ended. */
export function receiveFrame(pipe: Pick<Pipe, "readSync">): Frame | null {
  const lengths = readExactly(pipe, 8);
  if (lengths === null) return null;
  const view = new DataView(lengths.buffer);
  const text = readExactly(pipe, view.getUint32(0, true));
  const bytes = readExactly(pipe, view.getUint32(4, true));
  if (text === null || bytes === null) return null;
  return { message: JSON.parse(new TextDecoder().decode(text)), bytes };
}

function readExactly(pipe: Pick<Pipe, "readSync">, length: number): Uint8Array | null {
  const buffer = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const count = pipe.readSync(buffer.subarray(done));
    if (count === null || count === 0) return null;
    done += count;
  }
  return buffer;
}
