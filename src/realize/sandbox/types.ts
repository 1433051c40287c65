/** What a contained program may see and do, whatever contains it. All paths are absolute. */
export interface Containment {
  /** Seen, not changed: objects and fetched files. */
  readonly readOnly: readonly string[];
  /** Seen and changed. */
  readonly writable: readonly string[];
  /** Stands in for the folder in which outputs are made, so that nobody else's are seen: `from` outside, `at`
   * inside. Mounted before `writable`. */
  readonly standIn: { readonly from: string; readonly at: string };
  /** Whether the network may be used. */
  readonly network: boolean;
  readonly cwd: string;
}

/** How programs are contained on this machine. */
export type Sandbox =
  | { readonly kind: "bubblewrap"; readonly program: string }
  | { readonly kind: "seatbelt"; readonly program: string }
  | { readonly kind: "none"; readonly reason: string };
