/** What a thread and the program tell each other. */
import type { ErrorKind } from "../../errors.ts";

/** The only message to a thread. */
export interface Start {
  /** Of a `RingWriter`. */
  readonly ring: SharedArrayBuffer;
  /** Which of its tasks. */
  readonly task: string;
}

/** A message of a thread: a slot is free, a chunk (its bytes go with it), an end. */
export type Message =
  | { readonly kind: "room" }
  | { readonly kind: "chunk"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "done" }
  | { readonly kind: "input failed" }
  | { readonly kind: "failed"; readonly failure: Failure };

/** An error; of a `SysError` with what people are shown of it. */
export interface Failure {
  readonly message: string;
  readonly sys: {
    readonly kind: ErrorKind;
    readonly hint?: string;
    readonly notes: readonly string[];
  } | null;
}
