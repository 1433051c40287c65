/** Takes what is done at the first signal and at another one, gives the listener for all of them. */
import type { Clock } from "../system/mod.ts";

/** Milliseconds in which two signals are one: `timeout` sends it to the program and to its group, a terminal that is
 * closed from two sides. Who presses Ctrl-C again takes longer. */
const ONE = 500;

export function interruption(
  clock: Pick<Clock, "monotonic">,
  { first, again }: { readonly first: () => void; readonly again: () => void },
): () => void {
  let since: number | null = null;
  return () => {
    const now = clock.monotonic();
    if (since === null) {
      since = now;
      first();
    } else if (now - since >= ONE) again();
  };
}
