/** Takes texts that others have had a hand in, gives them to the terminal so that they can only be read: names of
 * files, messages of commits, output of builds and configs may hold what moves the cursor, changes the title, or
 * turns the direction of a line around. */
import type { Console } from "../../system/mod.ts";

/** A colour or weight, as `style.ts` writes them: nothing that hides a text. */
// deno-lint-ignore no-control-regex
const COLOUR = /^\x1b\[(?:0|1|2|22|3[1-6]|39)?m$/;

/** Colours whole; control characters but newline and tab, those of the second half too; what turns lines around. */
const SPECIAL =
  // deno-lint-ignore no-control-regex
  /\x1b\[[0-9;]*m|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text with what a terminal would obey written out (`\u001b`). Colours stay where they are wanted, and go where
 * they are not. What is written out in a JSON document means the same there. */
export function readable(text: string, colours: boolean): string {
  return text.replace(SPECIAL, (found) => {
    if (found.length > 1) return colours && COLOUR.test(found) ? found : "";
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** A console on which every text is made readable. */
export class SafeConsole implements Console {
  constructor(
    /** For what moves the cursor on purpose. */
    readonly raw: Console,
    /** Whether standard output and standard error show colours. */
    readonly colours: { readonly out: boolean; readonly err: boolean },
  ) {}

  get outIsTerminal(): boolean {
    return this.raw.outIsTerminal;
  }

  get errIsTerminal(): boolean {
    return this.raw.errIsTerminal;
  }

  get inIsTerminal(): boolean {
    return this.raw.inIsTerminal;
  }

  out(text: string): void {
    this.raw.out(readable(text, this.colours.out));
  }

  outBytes(bytes: Uint8Array): void {
    this.raw.outBytes(bytes);
  }

  err(text: string): void {
    this.raw.err(readable(text, this.colours.err));
  }

  columns(): number {
    return this.raw.columns();
  }

  ask(question: string, signal: AbortSignal): Promise<string | null> {
    return this.raw.ask(readable(question, this.colours.err), signal);
  }

  askHidden(question: string, signal: AbortSignal): Promise<string | null> {
    return this.raw.askHidden(readable(question, this.colours.err), signal);
  }

  readAll(most: number): Promise<Uint8Array | null> {
    return this.raw.readAll(most);
  }

  lend(argv: readonly string[]): Promise<number> {
    return this.raw.lend(argv);
  }

  onInterrupt(listener: () => void): () => void {
    return this.raw.onInterrupt(listener);
  }
}
