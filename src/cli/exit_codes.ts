/** Exit codes: the one place where kinds of error become numbers. */
import type { ErrorKind } from "../errors.ts";

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  config: 3,
  changes: 4,
  locked: 5,
  unmanaged: 6,
  unrestored: 7,
  interrupted: 130,
} as const;

const BY_KIND: Record<ErrorKind, number> = {
  usage: EXIT.usage,
  config: EXIT.config,
  input: EXIT.config,
  fetch: EXIT.failed,
  build: EXIT.failed,
  store: EXIT.failed,
  activation: EXIT.failed,
  snapshot: EXIT.failed,
  io: EXIT.failed,
  locked: EXIT.locked,
  unmanaged: EXIT.unmanaged,
  unrestored: EXIT.unrestored,
  interrupted: EXIT.interrupted,
};

/** The exit code for an error of a kind. */
export function exitCodeOf(kind: ErrorKind): number {
  return BY_KIND[kind];
}

/** What each code means, for help texts. */
export const EXIT_MEANINGS: Readonly<Record<number, string>> = {
  [EXIT.done]: "done, or nothing to do",
  [EXIT.failed]: "the operation failed; the system is as before",
  [EXIT.usage]: "wrong usage",
  [EXIT.config]: "the config or its inputs are wrong; nothing was touched",
  [EXIT.changes]: "there are changes or drift",
  [EXIT.locked]: "locked by another process (with --no-wait)",
  [EXIT.unmanaged]: "existing files would be replaced, and no one said so",
  [EXIT.unrestored]: "could not fully restore; see the message",
  [EXIT.interrupted]: "interrupted; the system is as before",
};
