/** The terminal that the program was started in. */
import type { Console } from "./console.ts";

/** Standard input, output and error of this process. */
export class RealConsole implements Console {
  readonly #encoder = new TextEncoder();
  readonly outIsTerminal: boolean = Deno.stdout.isTerminal();
  readonly errIsTerminal: boolean = Deno.stderr.isTerminal();
  readonly inIsTerminal: boolean = Deno.stdin.isTerminal();

  out(text: string): void {
    this.#write(Deno.stdout, this.#encoder.encode(text));
  }

  outBytes(bytes: Uint8Array): void {
    this.#write(Deno.stdout, bytes);
  }

  err(text: string): void {
    this.#write(Deno.stderr, this.#encoder.encode(text));
  }

  columns(): number {
    try {
      return Deno.consoleSize().columns || 80;
    } catch {
      return 80;
    }
  }

  async ask(question: string, signal: AbortSignal): Promise<string | null> {
    this.err(question);
    let stop = () => {};
    const interrupted = new Promise<never>((_resolve, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
    });
    try {
      return await Promise.race([readLine(), interrupted]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  onInterrupt(listener: () => void): () => void {
    const signals: Deno.Signal[] = Deno.build.os === "windows"
      ? ["SIGINT", "SIGBREAK"]
      : ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) Deno.addSignalListener(signal, listener);
    return () => signals.forEach((signal) => Deno.removeSignalListener(signal, listener));
  }

  #write(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array) {
    try {
      for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
    } catch (thrown) {
      // The reader has gone (`sys history | head`): nobody is left to tell.
      if (!(thrown instanceof Deno.errors.BrokenPipe)) throw thrown;
    }
  }
}

/** One line of standard input, byte by byte: what comes after it is left for others. */
async function readLine(): Promise<string | null> {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  for (;;) {
    const count = await Deno.stdin.read(one);
    if (count === null) return bytes.length === 0 ? null : decode(bytes);
    if (one[0] === 10) return decode(bytes);
    bytes.push(one[0]);
  }
}

function decode(bytes: number[]): string {
  return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\r$/, "");
}
