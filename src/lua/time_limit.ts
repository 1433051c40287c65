/** Takes a limit and a signal, says whether Lua may go on. Now and then Lua is suspended and the event loop gets a
 * turn, in which Ctrl-C arrives and other builds proceed. */
import { GO_ON, PAUSE, STOP } from "./status.ts";

/** How long a call may take, and what ends it sooner. */
export interface TimeLimits {
  /** For one call of an entry. */
  readonly seconds: number;
  /** Milliseconds from some fixed point. */
  readonly now: () => number;
  /** Gives the event loop a turn. */
  readonly turn: () => Promise<void>;
  /** Ends what runs. */
  readonly signal?: AbortSignal;
}

/** Milliseconds between two turns of the event loop. */
const BETWEEN_TURNS = 100;

export class TimeLimit {
  readonly #limits: TimeLimits;
  #deadline = Infinity;
  #nextTurn = Infinity;
  #stopped: "late" | "interrupted" | "closed" | null = null;

  constructor(limits: TimeLimits) {
    this.#limits = limits;
  }

  /** Why Lua was stopped, if it was. */
  get stopped(): "late" | "interrupted" | "closed" | null {
    return this.#stopped;
  }

  /** The time begins. */
  start(): void {
    if (this.#stopped === "closed") return;
    this.#stopped = null;
    const now = this.#limits.now();
    this.#deadline = now + this.#limits.seconds * 1000;
    this.#nextTurn = now + BETWEEN_TURNS;
  }

  tick(): number {
    const now = this.#limits.now();
    if (this.#limits.signal?.aborted) this.#stopped ??= "interrupted";
    else if (now >= this.#deadline) this.#stopped ??= "late";
    if (this.#stopped !== null) return STOP;
    return now >= this.#nextTurn ? PAUSE : GO_ON;
  }

  async pause(): Promise<void> {
    await this.#limits.turn();
    this.#nextTurn = this.#limits.now() + BETWEEN_TURNS;
  }

  /** Stops what is suspended. */
  close(): void {
    this.#stopped = "closed";
  }
}
