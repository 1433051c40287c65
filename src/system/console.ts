/** The terminal, or the pipes that stand in for it, as a port. */
export interface Console {
  /** Data: standard output. */
  out(text: string): void;
  /** Data that is no text. */
  outBytes(bytes: Uint8Array): void;
  /** Messages and progress: standard error. */
  err(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly inIsTerminal: boolean;
  /** Width of the terminal in characters; 80 where there is none. */
  columns(): number;
  /** Shows a question on standard error and reads one line; null at the end of input. Rejects when `signal`
   * fires. */
  ask(question: string, signal: AbortSignal): Promise<string | null>;
  /** The same, without showing what is typed. */
  askHidden(question: string, signal: AbortSignal): Promise<string | null>;
  /** All of standard input, of which more than `most` bytes are refused (null). */
  readAll(most: number): Promise<Uint8Array | null>;
  /** Lends terminal and environment to a program until it ends; gives its exit code. */
  lend(argv: readonly string[]): Promise<number>;
  /** Calls back at each Ctrl-C or SIGTERM; gives back a function that stops listening. */
  onInterrupt(listener: () => void): () => void;
}
