/** Takes what is known of the user, gives the home folder. Pure. */

export interface HomeFacts {
  readonly uid: number;
  /** `HOME`. */
  readonly named: string | undefined;
  /** Whose folder lies at a path; null where none does. */
  ownerOf(path: string): number | null;
  /** The home that the accounts tell; null where they tell none. */
  account(): string | null;
}

/** `HOME` for everybody but root. macOS's sudo, and `sudo -E` on Linux, leave it as it was: what root writes into a
 * user's home that user can't change any more. So for root it counts only where it names root's own folder. */
export function homeFolder({ uid, named, ownerOf, account }: HomeFacts): string {
  if (uid !== 0) return named ?? account() ?? "/";
  if (named !== undefined && named.startsWith("/") && ownerOf(named) === 0) return named;
  return account() ?? "/root";
}
