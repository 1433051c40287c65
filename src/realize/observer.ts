/** What a build tells while it runs: plain data, for the command line to render. */
import type { Derivation } from "../manifest/types.ts";
import type { ObjectName } from "../store/names.ts";

export type BuildEvent =
  /** Its outputs are in the store already. */
  | { readonly kind: "cached"; readonly derivation: Derivation }
  /** Another process builds it; this one uses the result. */
  | { readonly kind: "waiting"; readonly derivation: Derivation }
  | { readonly kind: "started"; readonly derivation: Derivation }
  /** It has its turn; or it is done, and what it has made is looked at and stored. */
  | { readonly kind: "phase"; readonly derivation: Derivation; readonly phase: "build" | "store" }
  /** `config` asked for an operation. `detail` is what a person would call it by: a URL, a path, a command. */
  | {
    readonly kind: "op";
    readonly derivation: Derivation;
    readonly op: string;
    readonly detail: string;
  }
  /** What the log has got: whole lines, each with its end. */
  | { readonly kind: "output"; readonly derivation: Derivation; readonly text: string }
  /** Bytes so far; `total` is null where the server does not say. */
  | {
    readonly kind: "download";
    readonly derivation: Derivation;
    readonly url: string;
    readonly bytes: number;
    readonly total: number | null;
  }
  /** Something is wrong with what was built. */
  | { readonly kind: "warning"; readonly derivation: Derivation; readonly text: string }
  | {
    readonly kind: "finished";
    readonly derivation: Derivation;
    readonly outputs: Readonly<Record<string, ObjectName>>;
  }
  | { readonly kind: "failed"; readonly derivation: Derivation; readonly error: unknown };

export type BuildObserver = (event: BuildEvent) => void;
