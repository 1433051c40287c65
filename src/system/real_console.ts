/** The terminal that the program was started in. */
import { messageOf, SysError } from "../errors.ts";
import type { Console } from "./console.ts";
import { joinChunks } from "./contents.ts";

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

  ask(question: string, signal: AbortSignal): Promise<string | null> {
    return this.#answer(question, signal, readLine);
  }

  async #answer(
    question: string,
    signal: AbortSignal,
    read: () => Promise<string | null>,
  ): Promise<string | null> {
    this.err(question);
    let stop = () => {};
    const interrupted = new Promise<never>((_resolve, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
    });
    try {
      return await Promise.race([read(), interrupted]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async askHidden(question: string, signal: AbortSignal): Promise<string | null> {
    if (!this.inIsTerminal) return await this.ask(question, signal);
    // Ctrl-C is a signal still.
    Deno.stdin.setRaw(true, { cbreak: Deno.build.os !== "windows" });
    try {
      return await this.#answer(question, signal, readHiddenLine);
    } finally {
      Deno.stdin.setRaw(false);
      this.err("\n");
    }
  }

  async readAll(most: number): Promise<Uint8Array | null> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of Deno.stdin.readable) {
      size += chunk.length;
      if (size > most) return null;
      chunks.push(chunk);
    }
    return joinChunks(chunks);
  }

  async lend([program, ...args]: readonly string[]): Promise<number> {
    const streams = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
    try {
      return (await new Deno.Command(program, { args, ...streams }).spawn().status).code;
    } catch (thrown) {
      throw new SysError("io", `Cannot run ${program}: ${messageOf(thrown)}`, { cause: thrown });
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

const END_OF_TEXT = 3, END_OF_INPUT = 4, BACKSPACE = 8, DELETE = 127;

/** One line of a terminal that leaves all to who reads: what is typed, and what corrects it. */
async function readHiddenLine(): Promise<string | null> {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  for (;;) {
    if (await Deno.stdin.read(one) === null) return null;
    const [byte] = one;
    if (byte === 10 || byte === 13) return decode(bytes);
    if (byte === END_OF_TEXT || byte === END_OF_INPUT) return null;
    if (byte !== BACKSPACE && byte !== DELETE) bytes.push(byte);
    // A character has its first byte and those that begin with the bits 10.
    else while (bytes.length > 0 && (bytes.pop()! & 0xc0) === 0x80);
  }
}

function decode(bytes: number[]): string {
  return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\r$/, "");
}
