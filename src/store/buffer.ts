/** The buffer that contents go through. */
import { Buffer } from "node:buffer";

/** Bytes: so many that the calls do not count, so few that they stay in the processor's cache. */
export const BUFFER_SIZE = 1 << 20;

/** The one that was used last: making one means filling it with zeroes, which costs more than hashing a small
 * tree. */
let idle: Buffer | null = null;

/** Lends a buffer for the time of a call. What is in it at the beginning is arbitrary. */
export function withBuffer<T>(use: (buffer: Buffer) => T): T {
  const buffer = idle ?? Buffer.allocUnsafeSlow(BUFFER_SIZE);
  idle = null;
  try {
    return use(buffer);
  } finally {
    idle = buffer;
  }
}
