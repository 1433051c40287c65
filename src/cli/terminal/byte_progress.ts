/** One download, shown while it runs. */
import { size } from "../render/words.ts";
import type { Session } from "../session.ts";
import { LiveDisplay } from "./live.ts";

/** `12.4 MiB of 40.0 MiB, 8.1 MiB/s, 4 s left`. */
export function transferText(
  bytes: number,
  total: number | null,
  milliseconds: number,
): string {
  const rate = milliseconds > 200 ? bytes / milliseconds * 1000 : null;
  const parts = [total === null ? size(bytes) : `${size(bytes)} of ${size(total)}`];
  if (rate !== null && rate > 0) {
    parts.push(`${size(Math.round(rate))}/s`);
    if (total !== null && total > bytes) parts.push(`${Math.ceil((total - bytes) / rate)} s left`);
  }
  return parts.join(", ");
}

/** Shows how far a download is, on a terminal. */
export class ByteProgress {
  readonly #display: LiveDisplay | null;
  readonly #session: Session;
  readonly #start: number;
  #line: string;

  constructor(session: Session, label: string) {
    const { console, system, flags } = session;
    this.#session = session;
    this.#line = label;
    this.#start = system.clock.monotonic();
    this.#display = console.errIsTerminal && !flags.quiet
      ? new LiveDisplay(console.raw, system.clock, () => [this.#line])
      : null;
    session.live = this.#display;
  }

  at(bytes: number, total: number | null): void {
    const elapsed = this.#session.system.clock.monotonic() - this.#start;
    this.#line = `  ${transferText(bytes, total, elapsed)}`;
    this.#display?.refresh();
  }

  end(): void {
    this.#display?.close();
    this.#session.live = null;
  }
}
