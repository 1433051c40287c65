/** Takes what Lua asks of its surroundings, gives one Lua state in an instance of WebAssembly (`wasm/sys.c`), with the
 * sandbox's own files in it: texts in, texts out. */
import { OUT_OF_MEMORY } from "./status.ts";

/** What Lua asks of its surroundings. */
export interface Surroundings {
  /** Called every few milliseconds: may Lua go on? */
  tick(): number;
  /** Lua is suspended until this resolves. */
  pause(): Promise<void>;
  /** Gives a result, nil, or a message that becomes Lua's error. Texts are valid during the call only. */
  host(texts: readonly Uint8Array[]): { readonly result: string | null } | {
    readonly message: string;
  };
}

/** What `host` gives where there is no room for its answer. */
const NO_MEMORY = 1;

interface Exports {
  readonly memory: WebAssembly.Memory;
  allocate(size: number): number;
  release(block: number): void;
  limit(bytes: number): number;
  enter(block: number): number;
  answer(): number;
  answer_size(): number;
  place(): number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Compiled once, however many states are made. */
let compiled: WebAssembly.Module | undefined;

export class Instance {
  readonly #exports: Exports;
  readonly #enter: (block: number) => Promise<number>;

  /** @param image the program as WebAssembly, in base64 */
  constructor(image: string, surroundings: Surroundings) {
    compiled ??= new WebAssembly.Module(fromBase64(image));
    const { Suspending, promising } = WebAssembly as unknown as Suspension;
    const { exports } = new WebAssembly.Instance(compiled, {
      sys: {
        tick: () => surroundings.tick(),
        pause: new Suspending(() => surroundings.pause()),
        host: (texts: number, count: number) => this.#host(surroundings, texts, count),
      },
    });
    this.#exports = exports as unknown as Exports;
    this.#enter = promising(this.#exports.enter);
  }

  /** Bytes of memory that it has taken. */
  get size(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** Says how many bytes of memory the state may have. Gives Lua's status. */
  limit(bytes: number): number {
    return this.#exports.limit(bytes);
  }

  /** Calls an entry, its name first. Gives Lua's status. */
  async enter(texts: readonly string[]): Promise<number> {
    const block = this.#block(texts);
    if (block === 0) return OUT_OF_MEMORY;
    try {
      return await this.#enter(block);
    } finally {
      this.#exports.release(block);
    }
  }

  /** What the last call gave: a text, or the message of an error. */
  answer(): string {
    return decoder.decode(this.#bytes(this.#exports.answer(), this.#exports.answer_size()));
  }

  /** Where Lua was when it was stopped or had no memory: `line:file`, innermost first. */
  place(): string[] {
    const start = this.#exports.place();
    const all = new Uint8Array(this.#exports.memory.buffer);
    return decoder.decode(all.subarray(start, all.indexOf(0, start))).split("\n").slice(0, -1);
  }

  #host(surroundings: Surroundings, texts: number, count: number): number {
    const words = new Uint32Array(this.#exports.memory.buffer, texts, 2 * count);
    const answer = surroundings.host(
      Array.from({ length: count }, (_, n) => this.#bytes(words[2 * n], words[2 * n + 1])),
    );
    if ("message" in answer) return this.#block(["", answer.message]) || NO_MEMORY;
    return answer.result === null ? 0 : this.#block([answer.result]) || NO_MEMORY;
  }

  #bytes(start: number, size: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, start, size);
  }

  /** Hands texts over: their number, their sizes, their bytes. 0 where there is no room. */
  #block(texts: readonly string[]): number {
    const bytes = texts.map((text) => encoder.encode(text));
    const head = [bytes.length, ...bytes.map(({ length }) => length)];
    const block = this.#exports.allocate(
      bytes.reduce((size, { length }) => size + length, 4 * head.length),
    );
    if (block === 0) return 0;
    const { buffer } = this.#exports.memory;
    new Uint32Array(buffer, block, head.length).set(head);
    let at = block + 4 * head.length;
    for (const text of bytes) {
      new Uint8Array(buffer, at, text.length).set(text);
      at += text.length;
    }
    return block;
  }
}

/** Suspends WebAssembly while a promise is pending; not yet among TypeScript's types. */
interface Suspension {
  Suspending: new (call: () => Promise<void>) => WebAssembly.ImportValue;
  promising(call: (block: number) => number): (block: number) => Promise<number>;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return (Uint8Array as unknown as { fromBase64(text: string): Uint8Array<ArrayBuffer> })
    .fromBase64(text);
}
