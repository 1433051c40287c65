/** Inputs: external sources that a config declares, and the folders that they resolve to. */
import type { Digest } from "../digest.ts";
import type { Place } from "../errors.ts";

/** One entry of a config's `inputs` table. */
export interface InputSpec {
  /** `git:…`, `path:…`, `github:org/repo`, `tarball:…`; null where `follows` is given. */
  readonly url: string | null;
  readonly ref: string | null;
  /** Folder inside it that counts as its root. */
  readonly dir: string | null;
  /** Inputs of that input which are to be taken from another: name → name of ours. */
  readonly follows: Readonly<Record<string, string>>;
  /** `env:NAME`: the environment variable with a token for its server. Never the token itself. */
  readonly auth?: string | null;
  readonly place: Place | null;
}

/** An input as a folder on this machine. */
export interface ResolvedInput {
  /** `pkgs`; for an input of an input `pkgs/x`. */
  readonly name: string;
  readonly type: string;
  /** Absolute path of the folder. */
  readonly path: string;
  readonly rev: string | null;
  /** NAR hash of the whole input, also where `dir` chooses a part of it. */
  readonly hash: Digest;
  /** Seconds since the epoch of the last change, where known. */
  readonly lastModified: number | null;
}

/** Finds, fetches and locks what a config declares, and what its inputs declare (under `<input>/<name>`). */
export type InputResolver = (
  declared: Readonly<Record<string, InputSpec>>,
) => Promise<ReadonlyMap<string, ResolvedInput>>;
