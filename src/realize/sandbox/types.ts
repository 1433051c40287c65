/** What a contained program may see and do, whatever contains it. All paths are absolute. */
export interface Containment {
  /** Seen, not changed: objects and fetched files. */
  readonly readOnly: readonly Mount[];
  /** Seen and changed. */
  readonly writable: readonly Mount[];
  /** Stands in for the folder in which outputs are made, so that nobody else's are seen. Mounted before `writable`. */
  readonly standIn: Mount;
  /** Paths of the outputs, which the build makes: where nothing can be mounted, only these are open. */
  readonly outputs: readonly string[];
  /** Whether the network may be used. */
  readonly network: boolean;
  readonly cwd: string;
  /** A pipe that the program finds open for reading and writing as `JOBSERVER_FILE`; null for none. */
  readonly jobs: string | null;
}

/** A path outside, and the one inside at which it is seen. They are equal where nothing can be mounted. */
export interface Mount {
  readonly from: string;
  readonly at: string;
}

/** What exists of the system outside. */
export interface SystemPart {
  readonly path: string;
  /** Where it leads, for a link such as /bin → usr/bin. */
  readonly link: string | null;
}

/** What the programs of a build see of the system: looked at once for all of them. */
export interface SystemParts {
  readonly always: readonly SystemPart[];
  /** Only with the network. */
  readonly network: readonly SystemPart[];
}

/** How programs are contained on this machine. */
export type Sandbox =
  | { readonly kind: "bubblewrap"; readonly program: string; readonly parts: SystemParts }
  | { readonly kind: "seatbelt"; readonly program: string }
  | { readonly kind: "none"; readonly reason: string };
