/** Tries again what may work the next time, waiting longer after each failure. */
import type { Clock } from "../../system/mod.ts";
import { FetchFailure } from "./request.ts";

/** How long to bear with a server; times in milliseconds. */
export interface RetryPolicy {
  /** Until an answer begins. */
  readonly connect: number;
  /** Between two chunks of an answer. */
  readonly idle: number;
  /** Attempts for each URL. */
  readonly attempts: number;
  /** Before the second attempt; doubled each time. */
  readonly backoff: number;
  /** The longest wait between two attempts, whatever a server asks for. */
  readonly longest: number;
}

/** What `fetch` uses unless told otherwise. */
export const RETRY_POLICY: RetryPolicy = {
  connect: 30_000,
  idle: 60_000,
  attempts: 5,
  backoff: 500,
  longest: 120_000,
};

/** Runs `attempt` until it succeeds, fails for good or has been tried often enough. An attempt that got further
 * than the one before (`progress`) does not count. */
export async function retry<T>(
  clock: Clock,
  retryPolicy: RetryPolicy,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  progress: () => number = () => 0,
): Promise<T> {
  let reached = progress();
  for (let tried = 1;; tried++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (thrown) {
      if (!(thrown instanceof FetchFailure) || !thrown.again) throw thrown;
      if (progress() > reached) {
        reached = progress();
        tried = 1;
      }
      if (tried >= retryPolicy.attempts) throw thrown;
      const wait = thrown.after ?? retryPolicy.backoff * 2 ** (tried - 1);
      if (wait > retryPolicy.longest && thrown.after !== null) {
        throw new FetchFailure(
          `${thrown.message}; it asks to wait ${Math.ceil(wait / 1000)} s`,
          false,
        );
      }
      await clock.sleep(Math.min(wait, retryPolicy.longest), signal);
    }
  }
}

/** The failure that a status means, or null for one that is a success. */
export function failureOf(status: number, headers: Headers, now: Date): FetchFailure | null {
  if (status >= 200 && status < 300) return null;
  const again = status === 408 || status === 425 || status === 429 || status >= 500;
  return new FetchFailure(
    `the server answered ${status}${REASONS[status] ?? ""}`,
    again,
    again ? retryAfter(headers.get("retry-after"), now) : null,
  );
}

const REASONS: Record<number, string> = {
  401: " (credentials are needed)",
  403: " (forbidden)",
  404: " (not found)",
  407: " (the proxy wants credentials)",
  410: " (gone)",
  429: " (too many requests)",
  500: " (internal error)",
  502: " (bad gateway)",
  503: " (unavailable)",
  504: " (gateway timeout)",
};

/** Milliseconds that a `Retry-After` header (seconds, or an HTTP date) asks for. */
function retryAfter(value: string | null, now: Date): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now.getTime());
}
