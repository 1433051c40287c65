/** Has the runtime look now for memory that nobody uses any more.
 *
 * It does so by itself when more of its own heap is wanted, and what lies beside it (a VM's whole memory) counts little
 * there: after a large evaluation all of that would stay until the command ends. A large block makes it look; the block
 * is never written to, so it takes addresses and no memory. */
import type { Clock } from "./clock.ts";

/** Bytes from which on looking takes less than it is worth. */
export const WORTH_RECLAIMING = 1 << 23;

/** Bytes of the block. */
const BLOCK = 1 << 28;

export async function reclaim(clock: Clock): Promise<void> {
  // What the caller has just let go may be held until the next turn.
  await clock.sleep(0);
  try {
    new ArrayBuffer(BLOCK);
  } catch (thrown) {
    // A process that may not have so many addresses does without.
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  await clock.sleep(0);
}
