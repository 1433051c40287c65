/** So many at a time, the others in the order in which they came. */
export class Limit {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  /** Runs an action when there is room for it. @throws the signal's reason when it fires before */
  async run<T>(signal: AbortSignal, action: (slot: Slot) => Promise<T>): Promise<T> {
    await this.#enter(signal);
    let held = true;
    const slot: Slot = {
      without: async (meanwhile) => {
        this.#leave();
        held = false;
        try {
          return await meanwhile();
        } finally {
          // Also after a failure: what goes on with it does work again.
          await this.#enter(signal);
          held = true;
        }
      },
    };
    try {
      return await action(slot);
    } finally {
      if (held) this.#leave();
    }
  }

  #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      const stop = () => {
        const place = this.#waiting.indexOf(enter);
        if (place >= 0) this.#waiting.splice(place, 1);
        reject(signal.reason);
      };
      this.#waiting.push(enter);
      signal.addEventListener("abort", stop, { once: true });
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}

/** The room that an action has. */
export interface Slot {
  /** Lets others have it while something is waited for. What that throws is thrown when there is room again. */
  without<T>(meanwhile: () => Promise<T>): Promise<T>;
}
