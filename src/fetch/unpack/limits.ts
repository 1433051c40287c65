/** How much an archive may unpack to before it counts as a bomb. */
export interface UnpackLimits {
  /** Bytes of all files together. */
  readonly bytes: number;
  /** Entries. */
  readonly entries: number;
  /** Bytes that one byte of the archive may become, once more than `ratioFrom` came out. gzip's best is 1032. */
  readonly ratio: number;
  readonly ratioFrom: number;
}

/** What `unpack` uses unless told otherwise: beyond any package that is published. */
export const LIMITS: UnpackLimits = {
  bytes: 64 * 2 ** 30,
  entries: 2_000_000,
  ratio: 500,
  ratioFrom: 256 * 2 ** 20,
};
