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
  /** Calls back at each Ctrl-C or SIGTERM; gives back a function that stops listening. */
  onInterrupt(listener: () => void): () => void;
}
