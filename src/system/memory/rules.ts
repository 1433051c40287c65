/** In what the file systems of the operating systems differ. */
import { type Holds, MACOS, POSIX, WINDOWS } from "../holds.ts";
import type { Os } from "../host.ts";
import { caseless } from "../name_key.ts";

export interface Rules {
  /** The form in which names are compared. */
  readonly key: (name: string) => string;
  /** Whether there are owners and permissions. Without them everything is readable and writable. */
  readonly owners: boolean;
  readonly holds: Holds;
  /** Whether links to files can be made. Without them links to folders are junctions. */
  readonly fileLinks: boolean;
}

const folded = (name: string) => name.normalize("NFC").toLowerCase();

/** What each operating system's usual file system does, for a user without special rights. */
export const RULES: Readonly<Record<Os, Rules>> = {
  linux: { key: (name) => name, owners: true, holds: POSIX, fileLinks: true },
  darwin: { key: folded, owners: true, holds: MACOS, fileLinks: true },
  windows: { key: caseless, owners: false, holds: WINDOWS, fileLinks: false },
};
