/** What a Git repository can be asked, whatever git there is. */
/** A repository that can be asked. */
export interface Repository {
  /** Commit that a branch, tag or (shortened) revision means now; null for the default branch. */
  resolve(ref: string | null): Promise<string>;
  /** Writes the tree of a commit into an empty folder, without `.git`; submodules are empty folders. Gives the
   * commit's time, seconds since the epoch. */
  export(rev: string, folder: string): Promise<number>;
  /** The commits that the submodules of an exported tree are pinned to, by path. */
  submodules(rev: string): ReadonlyMap<string, string>;
}

/** Which repository, and how. */
export interface RepositoryOptions {
  /** `https://…`, `ssh://…`, `git://…`, `file:///…` or `user@host:path`. */
  readonly remote: string;
  /** Where fetched objects are kept, below `git/`. */
  readonly cacheDir: string;
  /** A token for its server, for https only. */
  readonly token?: string | null;
  readonly signal?: AbortSignal;
}
