/** What resolves and fetches a source. */
import type { System } from "../system/mod.ts";

/** Something that has revisions and can write one into a folder. */
export interface Fetcher {
  /** Commit that a branch, tag or revision means now (null: the default branch); null where there are none. */
  resolve(ref: string | null): Promise<string | null>;
  /** Writes a revision into an empty folder; gives the time of its last change in seconds since the epoch. */
  export(rev: string | null, folder: string): Promise<number | null>;
}

/** What a fetcher needs. */
export interface FetcherOptions {
  readonly system: System;
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
}
