/** The Manifest: what a configuration wants, as plain data that names no place of this machine.
 *
 * Texts in it may hold **placeholders** (see `placeholder.ts`) for what is known only later: the outputs of
 * derivations, the store's copy of a source, the config's folder. `~` stands for the home of the scope. */
import type { Digest } from "../digest.ts";
import type { Place } from "../errors.ts";

/** Values as they cross from Lua. Lua floats with an integral value are kept apart by the evaluator. */
export type Json = null | boolean | number | string | readonly Json[] | {
  readonly [key: string]: Json;
};

/** SHA-256 of a derivation's canonical description, 64 hex digits. */
export type DerivationHash = string & { readonly __brand: "DerivationHash" };

/** A text that may contain placeholders. */
export type Text = string;

/** A path that starts with `~/` or `/`, normalized. */
export type Target = string;

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
  readonly opts: Json;
  /** Hashes of the derivations that it uses, sorted. */
  readonly dependencies: readonly DerivationHash[];
  /** Ids of the sources that it uses, sorted. */
  readonly sources: readonly string[];
  readonly meta: Json;
  readonly place: Place;
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

/** Where a managed file's content comes from. */
export type Origin =
  | { readonly text: Text; readonly executable: boolean }
  | { readonly path: Text };

/** One step of an activation. */
export type Action =
  | LinkAction
  | CopyAction
  | ProfileAction
  | ShellAction
  | EnvAction
  | PersistentEnvAction
  | ServiceAction
  | DefaultAction
  | AccountAction
  | HostPackagesAction
  | RunAction;

/** A link at `target` to the store, or to a live path when `mutable`. */
export interface LinkAction {
  readonly kind: "link";
  readonly target: Target;
  readonly origin: Origin;
  readonly mutable: boolean;
  /** Replace whatever is there without asking. */
  readonly force: boolean;
}

/** A real file (or, recursively, folder). */
export interface CopyAction {
  readonly kind: "copy";
  readonly target: Target;
  readonly origin: Origin;
  /** Permission bits; null for those of the origin, made writable for the owner. */
  readonly mode: number | null;
  /** `user` or `user:group`; null for the scope's user. */
  readonly owner: string | null;
  /** Written when absent, then the user's to edit: not drift, not overwritten. */
  readonly mutable: boolean;
  readonly force: boolean;
}

/** A folder whose entries join the profile. `priority` decides between two of the same name. */
export interface ProfileAction {
  readonly kind: "profile";
  readonly dir: Text;
  readonly priority: number;
}

/** A script that the env scripts source. */
export interface ShellAction {
  readonly kind: "shell";
  /** Path of a script, or its text. */
  readonly origin: Origin;
  /** Some of `sh`, `bash`, `zsh`, `fish`, `powershell`, `nushell`; empty means `sh`, `bash` and `zsh`. */
  readonly shells: readonly string[];
}

/** One environment variable, merged: one action a variable and scope is left in the Manifest. */
export interface EnvAction {
  readonly kind: "env";
  readonly name: string;
  /** `set` gives it its value; the others add to what the shell has. */
  readonly op: "set" | "prepend" | "append";
  /** In order. Several only where the variable is mergeable. */
  readonly values: readonly Text[];
  /** Between the values of a mergeable variable. */
  readonly separator: string;
}

export interface PersistentEnvAction {
  readonly kind: "persistent_env";
  readonly name: string;
  readonly value: Text;
}

export interface ServiceAction {
  readonly kind: "service";
  readonly name: string;
  readonly unit: Origin;
  /** A service of the user's session, not of the system. */
  readonly user: boolean;
}

export interface DefaultAction {
  readonly kind: "default";
  readonly domain: string;
  readonly key: string;
  readonly value: Json;
}

export interface AccountAction {
  readonly kind: "account";
  readonly account:
    | { readonly what: "user"; readonly name: string; readonly options: Json }
    | { readonly what: "group"; readonly name: string; readonly options: Json }
    | { readonly what: "membership"; readonly user: string; readonly group: string };
}

export interface HostPackagesAction {
  readonly kind: "host_packages";
  /** Names by package manager. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

export interface RunAction {
  readonly kind: "run";
  /** A line for the shell, or a program with arguments. */
  readonly command: Text | readonly Text[];
  /** Exit 0 means: already done. */
  readonly check: Text | null;
  readonly undo: Text | null;
  /** `change`: when the action is new or differs from the last apply. */
  readonly on: "change" | "always";
}

/** A fact that the evaluation read: `syslua.hostname`, `getenv:EDITOR`, `file:init.lua`. */
export interface Read {
  readonly fact: string;
  readonly value: Json;
}
