/** Takes what went wrong, gives one error type that says what, where and what to do next. */

/** What sort of thing went wrong; `cli/` maps each kind to one exit code. */
export type ErrorKind =
  | "usage" // the command line is wrong
  | "config" // the user's Lua, or what it declares, is wrong
  | "input" // an input or the lock is wrong or cannot be had
  | "fetch" // a download failed or did not match its hash
  | "build" // a derivation could not be realized
  | "store" // the store is damaged or cannot be written
  | "activation" // the system could not be changed; it is as before
  | "snapshot" // a snapshot is missing, damaged or from a newer version
  | "locked" // another process holds the lock
  | "unmanaged" // existing files would be replaced, and no one said so
  | "unrestored" // something could not be put back
  | "interrupted" // Ctrl-C or SIGTERM; the system is as before
  | "io"; // the operating system said no

/** A place in a Lua file. */
export interface Place {
  /** Path as the user would type it. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1; absent where Lua does not tell. */
  readonly column?: number;
  /** Name of the function that was running. */
  readonly within?: string;
  /** Lines of the source to show, the first of them being `line`. */
  readonly excerpt?: readonly string[];
}

/** What an error carries beside its message. */
export interface ErrorDetails {
  readonly place?: Place;
  readonly hint?: string;
  /** Further lines to show: a traceback, the last output of a build, a list of files. */
  readonly notes?: readonly string[];
  readonly cause?: unknown;
  /** The errors that this one sums up. */
  readonly causes?: readonly SysError[];
}

/**
 * The error that every room throws. Message grammar: what could not be done, a colon, what is the case:
 * `Cannot link ~/.vimrc: a folder is there`.
 */
export class SysError extends Error {
  override readonly name = "SysError";
  readonly kind: ErrorKind;
  readonly place?: Place;
  readonly hint?: string;
  readonly notes: readonly string[];
  readonly causes: readonly SysError[];

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.place = details.place;
    this.hint = details.hint;
    this.notes = details.notes ?? [];
    this.causes = details.causes ?? [];
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
