/** The Plan: plain data that says what will change, in which order. What is shown is what is done. */
import type { Place } from "../errors.ts";
import type { Kind, SettingKind } from "../manifest/kinds.ts";
import type { DerivationHash, Json } from "../manifest/types.ts";
import type { ObjectName } from "../store/names.ts";

/** Numeric user and group. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** A user for whom root acts. */
export interface Account {
  readonly name: string;
  readonly home: string;
}

/** How something of the user's lay at its path, beside what is in it: what it takes for all of it to come back. */
export interface Kept extends Owner {
  /** Number of the original that it is; absent where it is not one. */
  readonly number?: number;
  /** Path of a hard link to it, where the file system let us make one: the thing itself, attributes and all. */
  readonly held?: string;
  /** Modification time, seconds since the epoch. */
  readonly mtime: number;
}

/** What is, or shall be, at a path. The one vocabulary of observing, planning, doing, undoing and checking. */
export type PathState =
  | {
    readonly kind: "absent";
    /** Whose folder sys.lua made there. */
    readonly owner?: Owner;
  }
  | { readonly kind: "link"; readonly to: string; readonly kept?: Kept }
  | {
    readonly kind: "file";
    /** SHA-256 of the content, hex. */
    readonly digest: string;
    readonly mode: number;
    /** Only where it matters: files that root manages for others. */
    readonly owner?: Owner;
    /** Path of a file with this content: an object, or the kept original. Absent in observations. */
    readonly content?: string;
    readonly kept?: Kept;
  }
  | { readonly kind: "dir"; readonly mode: number; readonly kept?: Kept }
  /** A socket, a device, … : never touched. */
  | { readonly kind: "other" };

/** What a managed path is for: the kind that wants it, or the unit of a service. */
export type PathRole = Kind | "unit";

/** A path that shall have a state. */
export interface WantedPath {
  /** Absolute. */
  readonly path: string;
  /** As the user wrote it: `~/.vimrc`. */
  readonly target: string;
  readonly role: PathRole;
  readonly state: PathState;
  /** The state holds a placeholder of something not yet realized. */
  readonly pending: boolean;
  /** The user may edit it: only its absence is repaired. */
  readonly mutable: boolean;
  readonly force: boolean;
  /** Whose it shall be, and its new folders; absent for the user who runs sys. */
  readonly owner?: Owner;
  /** Name of the activation, and where it was declared. */
  readonly by: string;
  readonly place: Place | null;
}

/** A command that shall have run. */
export interface WantedRun {
  /** Short hash of what it is; the same id in the current snapshot means: done. */
  readonly id: string;
  readonly command: string | readonly string[];
  readonly check: string | null;
  readonly undo: string | null;
  readonly on: "change" | "always";
  /** The user whose block declared it, where root applies it: it runs as that user. */
  readonly account?: Account;
  readonly pending: boolean;
  /** Place among the services and commands: lower comes first. */
  readonly order: number;
  readonly by: string;
  readonly place: Place | null;
}

/** A service that shall be enabled and running. */
export interface WantedService {
  readonly name: string;
  readonly user: boolean;
  /** The user whose block declared it, where root applies it: it belongs to that user's session. */
  readonly account?: Account;
  /** Path of the unit file (also among the wanted paths) and a hash of its content. */
  readonly unit: string;
  readonly digest: string;
  /** Place among the services and commands: lower comes first. */
  readonly order: number;
  readonly by: string;
  readonly place: Place | null;
}

/** What the system shall look like: the activations of one scope with every name made concrete. */
export interface Wanted {
  readonly paths: readonly WantedPath[];
  readonly runs: readonly WantedRun[];
  readonly services: readonly WantedService[];
  /** In the order in which they are given; `environment` is the Windows registry's. */
  readonly settings: readonly WantedSetting[];
  /** Environment as the env scripts will set it, for `diff` and `show`. */
  readonly env: Readonly<Record<string, string>>;
  /** Objects that the above refers to. */
  readonly objects: readonly ObjectName[];
}

/** A setting that is neither a path, a command nor a service. */
export interface WantedSetting {
  readonly kind: SettingKind | "environment";
  /** What it is about, unique within its kind and for one user. */
  readonly key: string;
  readonly value: Json;
  /** The user whose it is, where root applies it and the machine has not just one. */
  readonly account?: Account;
  /** The value holds a placeholder of something not yet realized. */
  readonly pending?: true;
  readonly by: string;
  readonly place: Place | null;
}

/** One thing that is done, with what undoes it. Doing it twice, or undoing it when it never happened, is harmless. */
export type Step =
  /** Puts a path from one state to another; undone by the way back. */
  | {
    readonly kind: "path";
    readonly path: string;
    readonly before: PathState;
    readonly after: PathState;
    readonly owner?: Owner;
    /** Name of the activation. */
    readonly by: string;
  }
  | {
    readonly kind: "run";
    readonly command: string | readonly string[];
    readonly check: string | null;
    readonly undo: string | null;
    readonly account?: Account;
    readonly by: string;
  }
  /** A changed service is stopped before its unit is replaced and started after, so that the way back works too. */
  | {
    readonly kind: "service";
    readonly op: "stop" | "start";
    readonly name: string;
    readonly user: boolean;
    readonly account?: Account;
    /** Path of its unit. */
    readonly unit: string;
    /** It was disabled before sys.lua took its name, and is when it has been stopped. */
    readonly disable?: true;
    readonly by: string;
  }
  /** Gives settings of one kind and user their values, in this order. */
  | {
    readonly kind: "setting";
    readonly setting: WantedSetting["kind"];
    readonly account?: Account;
    readonly changes: readonly SettingChange[];
    readonly by: string;
  };

/** A setting on its way from one value to another; null means that there is none. */
export interface SettingChange {
  readonly key: string;
  readonly before: Json;
  readonly after: Json;
}

/** What is there of a setting that is wanted or managed. */
export interface ObservedSetting {
  /** Null for none. What of it does not matter is as it was asked for. */
  readonly value: Json;
  /** The value with what does not matter, to be given back one day; the same unless told. */
  readonly exact?: Json;
  /** Why it can't be changed here: a plan that would is refused. */
  readonly blocked?: string;
  /** Why it is no matter for this machine. */
  readonly skipped?: string;
}

/** A line of the plan for people and scripts. */
export interface PlannedAction {
  readonly op: "create" | "update" | "remove" | "replace" | "keep";
  readonly kind: string;
  readonly target: string;
  /** The file that is there is sys.lua's, but was changed by hand. */
  readonly drifted?: boolean;
  /** What a person should know: "edited by hand, kept", "the original comes back". */
  readonly note?: string;
}

/** What the current snapshot tells the planner. */
export interface Current {
  readonly wanted: Wanted;
  /** By absolute path: what was there before sys.lua first touched it. */
  readonly originals: Readonly<Record<string, PathState>>;
  /** By `idOf`: the value of each setting before sys.lua first touched it; by `service:<key>`: whether
   * a service of that name ran, or "disabled". */
  readonly settings: Readonly<Record<string, Json>>;
  /** Ids of the commands that have run. */
  readonly ran: readonly string[];
}

export interface Plan {
  readonly version: 1;
  readonly realize: readonly {
    readonly hash: DerivationHash;
    readonly name: string;
    readonly version: string | null;
  }[];
  readonly actions: readonly PlannedAction[];
  readonly steps: readonly Step[];
  /** Paths at which something of the user's lies that has to be kept first: each becomes an original. */
  readonly backups: readonly string[];
  /** Targets that hold something which sys.lua did not put there, or which was edited since, and for which no one
   * has said yet that it may be replaced: nothing is done while there are any. */
  readonly unmanaged: readonly string[];
  /** Targets that can't be what is wanted, with the reason: nothing is done while there are any. */
  readonly blocked: readonly {
    readonly target: string;
    readonly why: string;
    readonly place: Place | null;
    /** What to do about it, where it is not about a file. */
    readonly hint?: string;
  }[];
  /** Targets whose original can't come back, since what was kept of it is lost or damaged. */
  readonly lost: readonly { readonly target: string; readonly why: string }[];
  /** What was at each managed path before sys.lua first touched it: goes into the snapshot. */
  readonly originals: Readonly<Record<string, PathState>>;
  /** The same for settings. */
  readonly settings: Readonly<Record<string, Json>>;
  /** Whether a snapshot is to be recorded. Commands that run at every apply alone make none. */
  readonly changes: boolean;
}

/** What the world is like where a plan may touch it. */
export interface Observation {
  /** Every wanted, managed or once-made path, and all folders above them. */
  readonly states: ReadonlyMap<string, PathState>;
  /** What is in those of them that are folders and may go. */
  readonly entries: ReadonlyMap<string, readonly string[]>;
  /** Those of them that are links which lead to a folder. */
  readonly folders: ReadonlySet<string>;
  /** Those of them that lead into the config's folder or an input. Absent where no config is applied. */
  readonly sourceLinks?: ReadonlySet<string>;
  /** By wanted path: a folder of another user's in which it, or a folder for it, would have to be made. */
  readonly closed?: ReadonlyMap<string, string>;
  /** Managed links out of the store that lead nowhere. */
  readonly dangling: ReadonlySet<string>;
  /** Where a file lies and a link is wanted: whether the content is the same. Missing: not known yet. */
  readonly identical: ReadonlyMap<string, boolean>;
  /** Managed links whose content in the store was edited through them; whether it is now what is wanted, null where
   * that is not known yet. */
  readonly rewritten: ReadonlyMap<string, boolean | null>;
  /** Paths that are no longer wanted and whose original can't come back, with the reason. */
  readonly lost: ReadonlyMap<string, string>;
  /** Services that are running, by `keyOf`. Empty where nobody asked. */
  readonly running: ReadonlySet<string>;
  /** Services that are not managed yet and that somebody has disabled, by `keyOf`. */
  readonly disabled?: ReadonlySet<string>;
  /** Ids of commands that have run and whose check says now that they have not. */
  readonly undone: ReadonlySet<string>;
  /** By `idOf`. */
  readonly settings: ReadonlyMap<string, ObservedSetting>;
}
