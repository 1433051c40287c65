/** Takes the lock before and after, gives what changed: old and new revision of each input. Pure. */
import type { Digest } from "../digest.ts";
import type { Lock, LockedInput } from "./lock.ts";

/** A revision, as `sys update` shows it. */
export interface Revision {
  readonly url: string;
  readonly ref: string | null;
  /** Null for an archive, which has only its hash. */
  readonly rev: string | null;
  readonly hash: Digest;
  /** Seconds since the epoch. */
  readonly lastModified: number | null;
}

/** One input whose entry in the lock differs. */
export interface InputChange {
  readonly name: string;
  readonly type: string;
  /** Null for a new input. */
  readonly from: Revision | null;
  /** Null for one that is no longer declared. */
  readonly to: Revision | null;
}

/** Everything that differs, sorted by name. */
export function compareLocks(before: Lock, after: Lock): InputChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const from = before[name] as LockedInput | undefined;
    const to = after[name] as LockedInput | undefined;
    if (from && to && isSame(from, to)) return [];
    return [{ name, type: (to ?? from!).type, from: revision(from), to: revision(to) }];
  });
}

function isSame(a: LockedInput, b: LockedInput): boolean {
  return a.type === b.type && a.url === b.url && a.ref === b.ref && a.rev === b.rev &&
    a.hash === b.hash && a.lastModified === b.lastModified;
}

function revision(entry: LockedInput | undefined): Revision | null {
  if (entry === undefined) return null;
  const { url, ref, rev, hash, lastModified } = entry;
  return { url, ref, rev, hash, lastModified };
}
