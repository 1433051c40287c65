/** Something that is counted, shown while it goes on. */
import { count } from "../render/words.ts";
import type { Session } from "../session.ts";
import { LiveDisplay } from "./live.ts";

/** `1,203 of 5,000 objects checked`, on a terminal. */
export class CountProgress {
  readonly #session: Session;
  readonly #display: LiveDisplay | null;
  readonly #label: string;
  #line = "";

  constructor(session: Session, label: string) {
    const { console, system, flags } = session;
    this.#session = session;
    this.#label = label;
    this.#display = console.errIsTerminal && !flags.quiet
      ? new LiveDisplay(console.raw, system.clock, () => [this.#line])
      : null;
    session.live = this.#display;
  }

  at(done: number, total: number): void {
    this.#line = `${count(done)} of ${count(total)} ${this.#label}`;
    this.#display?.refresh();
  }

  end(): void {
    this.#display?.close();
    this.#session.live = null;
  }
}
