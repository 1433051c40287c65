/** What of the unflushed changes a power cut leaves. */

/** Decides, change by change. */
export interface Survivors {
  /** For each change of names, in the order in which they were made, whether it reached the disk. What it builds
   * upon reaches the disk with it. */
  names(count: number): readonly boolean[];
  /** How much of a file's unflushed content did: 0 is the flushed one, 1 all, between them a cut-off one. */
  content(): number;
  /** Whether a changed mode, owner or time did. */
  attributes(): boolean;
}

/** Nothing that was not flushed. */
export const NOTHING: Survivors = {
  names: (count) => Array(count).fill(false),
  content: () => 0,
  attributes: () => false,
};

/** Names and attributes, and no content: as with ext4 and XFS, which write a rename before the data. */
export const NAMES: Survivors = {
  names: (count) => Array(count).fill(true),
  content: () => 0,
  attributes: () => true,
};

/** Names up to a moment, or any of them; and any content. The same seed gives the same choice. */
export function random(seed: number): Survivors {
  let state = (seed * 2654435761) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let n = 0; n < 8; n++) next();
  const inOrder = next() < 0.5;
  return {
    names: (count) => {
      const until = Math.floor(next() * (count + 1));
      return Array.from({ length: count }, (_, n) => inOrder ? n < until : next() < 0.5);
    },
    content: () => [0, 1, next()][Math.floor(next() * 3)],
    attributes: () => next() < 0.5,
  };
}
