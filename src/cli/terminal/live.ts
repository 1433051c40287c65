/** Lines at the bottom of a terminal that tell what is going on right now, drawn over themselves. */
import type { Clock, Console } from "../../system/mod.ts";
import { readable } from "./safe_console.ts";

/** Milliseconds between two drawings. */
const PACE = 100;

/** Shows what `lines` gives, again and again, until it is closed. Messages go above: `hide`, print, `show`. */
export class LiveDisplay {
  readonly #console: Console;
  readonly #clock: Clock;
  readonly #lines: () => readonly string[];
  #drawn = 0;
  #last = -Infinity;
  /** Time goes by without anything happening, and is shown. */
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(console: Console, clock: Clock, lines: () => readonly string[]) {
    this.#console = console;
    this.#clock = clock;
    this.#lines = lines;
    this.#timer = setInterval(() => this.refresh(), 2 * PACE);
  }

  /** Takes the lines away for good. */
  close(): void {
    clearInterval(this.#timer);
    this.hide();
  }

  /** Draws anew, unless that was done a moment ago. */
  refresh(): void {
    if (this.#clock.monotonic() - this.#last < PACE) return;
    this.hide();
    this.show();
  }

  /** Takes the lines away. */
  hide(): void {
    if (this.#drawn === 0) return;
    // What clears the rest of the screen at its first line puts all of it into the scrollback of some terminals.
    this.#console.err("\x1b[1A\x1b[2K".repeat(this.#drawn) + "\r");
    this.#drawn = 0;
  }

  /** Draws the lines. */
  show(): void {
    this.#last = this.#clock.monotonic();
    const width = this.#console.columns() - 1;
    const lines = this.#lines().map((line) => cut(readable(line, true), width));
    this.#drawn = lines.length;
    if (lines.length > 0) this.#console.err(lines.join("\n") + "\n");
  }
}

/** Cuts a line to a width; colour codes do not count, and are closed. */
function cut(line: string, width: number): string {
  let shown = 0, result = "";
  // deno-lint-ignore no-control-regex
  for (const chunk of line.match(/\x1b\[[0-9;]*m|[\s\S]/gu) ?? []) {
    if (!chunk.startsWith("\x1b") && ++shown > width) return result + "\x1b[0m";
    result += chunk;
  }
  return result;
}
