/** Time, as a port. */
export interface Clock {
  /** The time now. */
  now(): Date;
  /** Milliseconds from some fixed point, never going back. */
  monotonic(): number;
  /** Resolves after so many milliseconds, or rejects when `signal` fires. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
