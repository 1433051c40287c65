/** What binding takes and gives. */
import type { Owner, Wanted } from "../plan/types.ts";
import type { LinkSupport } from "../platform/links.ts";
import type { Adapters } from "../platform/adapters.ts";
import type { Store } from "../store/types.ts";
import type { System } from "../system/mod.ts";
import type { ProfileFolder } from "./profile.ts";
import type { Environment } from "./shell/environment.ts";

/** Whose activations, and where they go. */
export interface Scope {
  /** Activations of this user's block are taken besides those of the top level. */
  readonly user: string | null;
  /** Take the top level too. Root gives the users' blocks scopes of their own, without it. */
  readonly topLevel: boolean;
  /** A project's activations, and no others: its shell gets them, the machine does not. */
  readonly project?: string;
  readonly home: string;
  /** Where the profile and the env scripts lie. */
  readonly root: string;
  /** Whose the files in the home shall be; absent for the user who runs sys. */
  readonly owner?: Owner;
}

/** A file that is to be in the store. */
export interface GeneratedFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
  /** For its owner alone. */
  readonly isPrivate: boolean;
  readonly path: string;
}

/** What `bind` gives. */
export interface Bound {
  readonly wanted: Wanted;
  /** Files that `materialize` adds to the store. */
  readonly files: readonly GeneratedFile[];
  /** Folders of the profile; null while some are not built yet. Empty: there is none that is an object. */
  readonly profile: readonly ProfileFolder[] | null;
  readonly environment: Environment;
  /** SHA-256 (hex) of the files, by path: for `observe`. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What binding needs of the world. */
export interface BindWorld {
  readonly system: Pick<System, "fs" | "host">;
  readonly store: Pick<Store, "pathOf" | "nameOfFile" | "outputsOf">;
  readonly services: Pick<Adapters["services"], "unitPath" | "checkUnit" | "unitFile">;
  readonly links: LinkSupport;
  /** Placeholder → path, for all that is known. */
  readonly known: ReadonlyMap<string, string>;
}
