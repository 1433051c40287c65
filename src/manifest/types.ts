/** The Manifest: what a configuration wants, as plain data that names no place of this machine.
 *
 * Texts in it may hold **placeholders** (see `placeholder.ts`) for what is known only later: the outputs of
 * derivations, the store's copy of a source, the config's folder. `~` stands for the home of the scope. */
import type { Digest } from "../digest.ts";
import type { Place } from "../errors.ts";
import type { ActionOf, Kind } from "./kinds.ts";
import type { Json } from "./values.ts";

export type { ActionOf, Kind } from "./kinds.ts";
export type { Json, Origin, Target, Text } from "./values.ts";

/** SHA-256 of a derivation's canonical description, 64 hex digits. */
export type DerivationHash = string & { readonly __brand: "DerivationHash" };

export interface Manifest {
  readonly version: 1;
  /** `<arch>-<os>`. */
  readonly platform: string;
  /** Entry file, relative to the config's folder. */
  readonly config: string;
  readonly inputs: readonly ManifestInput[];
  /** Sorted by id. */
  readonly sources: readonly Source[];
  /** Sorted so that each comes after those that it depends on, ties by hash. */
  readonly derivations: readonly Derivation[];
  /** Sorted by id; conflicts resolved, losers dropped. */
  readonly activations: readonly Activation[];
  /** Every fact about the machine that the evaluation read, sorted. */
  readonly reads: readonly Read[];
}

export interface ManifestInput {
  readonly name: string;
  /** Kind of input: `git`, `path`, `tarball`, … */
  readonly type: string;
  readonly rev: string | null;
  /** NAR hash of its folder. */
  readonly hash: Digest;
}

/** A file or folder beside the config or in an input, which will be copied into the store. */
export interface Source {
  /** 32 characters: the short hash of its NAR; the object is named `<name>-<id>`. */
  readonly id: string;
  readonly name: string;
  /** Where it lies: `config` or `input:<name>`. */
  readonly root: string;
  /** Path below that root, `/` between the parts. */
  readonly path: string;
}

export interface Derivation {
  readonly hash: DerivationHash;
  readonly name: string;
  readonly version: string | null;
  /** Names of the outputs, `out` first where there is one. */
  readonly outputs: readonly string[];
  /** Content hash that the (only) output must have; an empty string asks for the right one to be shown. */
  readonly fixed: Digest | "" | null;
  /** What inspection finds wrong with its outputs is an error. */
  readonly strict?: true;
  /** It uses what the host has, and means to. */
  readonly host?: true;
  readonly opts: Json;
  /** Hashes of the derivations that it uses, in the order in which they are declared: that of the tools on PATH. */
  readonly dependencies: readonly DerivationHash[];
  /** Ids of the sources that it uses, sorted. */
  readonly sources: readonly string[];
  readonly meta: Json;
  /** The user's line that declares it, and the lines that led there, the nearest first. */
  readonly place: Place;
  readonly callers?: readonly Place[];
}

export interface Activation {
  /** Stable: made from its content, not from its place in the file. */
  readonly id: string;
  /** For messages: the given name, or what it does. */
  readonly name: string;
  /** The user whose block declared it; null at the top level. */
  readonly user: string | null;
  /** The project shell that it belongs to; null for the machine. */
  readonly project: string | null;
  /** Ids of activations that come before. */
  readonly after: readonly string[];
  readonly actions: readonly Action[];
  readonly place: Place;
}

/** One step of an activation. */
export type Action = { [K in Kind]: ActionOf<K> }[Kind];

/** A fact that the evaluation read: `syslua.hostname`, `getenv:EDITOR`, `file:init.lua`. */
export interface Read {
  readonly fact: string;
  readonly value: Json;
}
