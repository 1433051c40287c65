/** Takes a stream of bytes, gives what another thread makes of it, while this one does something else.
 *
 * What goes in is put into shared memory, where the thread waits for it: what it runs may read as from a file. What comes
 * out is handed over without a copy. Both ways hold little: a thread whose chunks nobody takes waits. */
import { SysError } from "../../errors.ts";
import type { Failure, Message, Start } from "./messages.ts";
import { RingWriter } from "./ring.ts";

export interface Transform {
  /** Of a module that calls `serve`. */
  readonly url: string;
  /** Which of its tasks. */
  readonly task: string;
  /** Its chunks may be reused by who gives them. */
  readonly input: Iterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** The thread begins with the first chunk that is asked for, and ends with the generator.
 * @throws what the task throws, as a SysError of the same kind or an Error; what the input throws, itself, where the
 * task comes to it; the signal's reason; a SysError of kind `io` when the thread dies */
export async function* transform(request: Transform): AsyncGenerator<Uint8Array> {
  request.signal.throwIfAborted();
  const thread = new Thread(request);
  try {
    for (let chunk = await thread.next(); chunk !== null; chunk = await thread.next()) yield chunk;
  } finally {
    thread.end();
  }
}

type Outcome = Exclude<Message, { kind: "room" }> | { readonly kind: "lost"; reason: unknown };

class Thread {
  readonly #worker: Worker;
  readonly #ring = new RingWriter();
  readonly #input: Iterator<Uint8Array>;
  readonly #signal: AbortSignal;
  /** What is left of a chunk of the input. */
  #rest: Uint8Array = new Uint8Array();
  #inputEnded = false;
  #inputError: unknown;
  /** What came and was not asked for yet. */
  readonly #came: Outcome[] = [];
  #lost: Outcome | null = null;
  #wake = () => {};

  constructor({ url, task, input, signal }: Transform) {
    this.#input = input[Symbol.iterator]();
    this.#signal = signal;
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.kind === "room") return this.#feed();
      this.#came.push(data);
      this.#wake();
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#lose(new SysError("io", `Cannot go on: a thread of sys ended: ${event.message}`));
    };
    signal.addEventListener("abort", this.#abort);
    this.#worker.postMessage({ ring: this.#ring.buffer, task } satisfies Start);
    this.#feed();
  }

  /** The next chunk; null at the end. */
  async next(): Promise<Uint8Array | null> {
    while (this.#lost === null && this.#came.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const outcome = this.#lost ?? this.#came.shift()!;
    switch (outcome.kind) {
      case "chunk":
        this.#ring.used();
        return outcome.bytes;
      case "done":
        return null;
      case "lost":
        throw outcome.reason;
      case "input failed":
        throw this.#inputError;
      case "failed":
        throw errorOf(outcome.failure);
    }
  }

  end(): void {
    this.#signal.removeEventListener("abort", this.#abort);
    // The runtime ends by force what is still busy, after two seconds.
    this.#ring.stop();
    this.#worker.terminate();
    if (!this.#inputEnded) this.#input.return?.();
  }

  readonly #abort = () => this.#lose(this.#signal.reason);

  #lose(reason: unknown): void {
    this.#lost ??= { kind: "lost", reason };
    this.#wake();
  }

  /** Fills what is free. An error of the input counts where the task comes to it. */
  #feed(): void {
    try {
      while (!this.#inputEnded && this.#ring.hasRoom) {
        if (this.#rest.length === 0) this.#read();
        if (!this.#inputEnded) this.#rest = this.#rest.subarray(this.#ring.put(this.#rest));
      }
    } catch (thrown) {
      this.#inputEnded = true;
      this.#inputError = thrown;
      this.#ring.end(true);
    }
  }

  #read(): void {
    const { value, done } = this.#input.next();
    if (!done) return void (this.#rest = value);
    this.#inputEnded = true;
    this.#ring.end(false);
  }
}

function errorOf({ message, sys }: Failure): Error {
  return sys === null ? new Error(message) : new SysError(sys.kind, message, sys);
}
