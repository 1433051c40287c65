/** Takes what the actions of one scope want, gives it together. The files of `kinds/` tell it. */
import { dirname, join } from "node:path/posix";
import { sha256Hex } from "../digest.ts";
import { type Place, SysError } from "../errors.ts";
import type { DeclaredSetting } from "../manifest/kind.ts";
import { type ActionOf, type Kind, kindOf } from "../manifest/kinds.ts";
import type { Json } from "../manifest/types.ts";
import type {
  Account,
  PathState,
  Wanted,
  WantedPath,
  WantedRun,
  WantedService,
  WantedSetting,
} from "../plan/types.ts";
import { idOf } from "../plan/settings.ts";
import { refuseTwo, refuseTwoValues } from "../plan/wanted.ts";
import { objectsIn } from "../store/names.ts";
import { type NameKey, nameKey } from "../system/name_key.ts";
import type { BindWorld, Bound, Scope } from "./scope.ts";
import { envScripts } from "./env_scripts.ts";
import { isPending, nameIn, PENDING, Resolver } from "./resolver.ts";
import { possibleState, refuseName } from "./possible.ts";
import { persistentEnvironment, type SessionFile } from "./persistent_env.ts";
import { type ProfileFolder, profileHash } from "./profile.ts";
import { profileShims } from "./shims.ts";
import {
  type Environment,
  nativeEnvironment,
  type SourcedScript,
  type Variable,
} from "./shell/environment.ts";

/** Says what an action of a kind wants: the one export of each file of `kinds/`. */
export type Bind<K extends Kind> = (binder: Binder, action: ActionOf<K>, from: Declaration) => void;

/** Where an action came from. */
export interface Declaration {
  /** Name of the activation. */
  readonly by: string;
  readonly place: Place;
  /** Place of the activation among the others. */
  readonly order: number;
}

/** What a path is, besides its state. */
export type Details = Partial<Pick<WantedPath, "role" | "pending" | "mutable" | "force" | "owner">>;

export class Binder {
  readonly resolver: Resolver;
  readonly #paths = new Map<string, WantedPath>();
  /** How names are compared, by folder. */
  readonly #keys = new Map<string, NameKey>();
  readonly #runs: WantedRun[] = [];
  readonly #services: WantedService[] = [];
  readonly #settings = new Map<string, WantedSetting & { readonly rank: number }>();
  readonly #folders: ProfileFolder[] = [];
  readonly #variables: Variable[] = [];
  readonly #scripts: SourcedScript[] = [];
  readonly #persistent: { name: string; value: string }[] = [];
  /** Something of the profile, or of the env scripts, is not built yet. */
  #profilePending = false;
  #environmentPending = false;

  constructor(readonly scope: Scope, readonly world: BindWorld) {
    this.resolver = new Resolver(scope, world);
  }

  /** A folder whose entries join the profile. */
  folder(folder: ProfileFolder): void {
    if (isPending(folder.dir)) this.#profilePending = true;
    else this.#folders.push(folder);
  }

  /** A script that the env scripts source. */
  script(script: SourcedScript): void {
    if (isPending(script.path)) this.#environmentPending = true;
    this.#scripts.push(script);
  }

  /** A variable that the env scripts set. */
  variable(variable: Variable, { place }: Declaration): void {
    checkName(variable.name, place);
    if (variable.values.some(isPending)) this.#environmentPending = true;
    this.#variables.push(variable);
  }

  /** A variable of the session's file. */
  persistent(name: string, value: string, { place }: Declaration): void {
    checkName(name, place);
    this.#persistent.push({ name, value });
  }

  service(
    service: Omit<WantedService, keyof Declaration>,
    { by, place, order }: Declaration,
  ): void {
    this.#services.push({ ...service, order, by, place });
  }

  run(run: Omit<WantedRun, keyof Declaration>, { by, place, order }: Declaration): void {
    this.#runs.push({ ...run, order, by, place });
  }

  /** A setting: the machine's, or the user's for whom this is. */
  setting(
    kind: WantedSetting["kind"],
    { key, value, machine }: DeclaredSetting,
    { by, place }: Declaration,
  ): void {
    const rank = kind === "environment" ? 0 : kindOf(kind).rank ?? 0;
    const account = machine ? {} : this.account();
    const filled = this.#filled(value, place);
    const pending = isPending(JSON.stringify(filled)) ? { pending: true as const } : {};
    const wanted = { kind, key, value: filled, ...account, ...pending, by, place, rank };
    const known = this.#settings.get(idOf(wanted));
    if (known) refuseTwoValues(known, wanted);
    else this.#settings.set(idOf(wanted), wanted);
  }

  finish(): Bound {
    const { scope } = this;
    const hasProfile = this.#profilePending || this.#folders.length > 0;
    const environment: Environment = {
      variables: this.#variables.sort((a, b) => (a.name < b.name ? -1 : 1)),
      profile: hasProfile ? join(scope.root, "profile") : null,
      scripts: this.#scripts,
    };
    if (scope.project === undefined) {
      if (environment.profile !== null) this.#profile(environment.profile);
      this.#environment(environment);
    }
    const wanted: Omit<Wanted, "objects"> = {
      paths: [...this.#paths.values()],
      runs: this.#runs,
      services: this.#services,
      settings: [...this.#settings.values()].sort((a, b) => a.rank - b.rank)
        .map(({ rank: _, ...setting }) => setting),
      env: Object.fromEntries(
        nativeEnvironment(environment, this.world.system.host.os).variables.map(shown),
      ),
    };
    const files = [...this.resolver.files.values()];
    return {
      wanted: { ...wanted, objects: objectsIn(textsOf(wanted)) },
      files,
      profile: this.#profilePending ? null : this.#hasShims ? [] : this.#folders,
      environment,
      texts: new Map(files.map(({ path, content }) => [path, sha256Hex(content)])),
    };
  }

  #filled(value: Json, place: Place): Json {
    if (typeof value === "string") return this.resolver.fill(value, place);
    if (Array.isArray(value)) return value.map((inner) => this.#filled(inner, place));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, this.#filled(inner, place)]),
    );
  }

  get #hasShims(): boolean {
    return this.world.system.host.os === "windows";
  }

  /** A file for each program; the programs of what is not built yet are not known. */
  #shims(bin: string): void {
    const { fs, host } = this.world.system;
    const details = { role: "profile", force: true } as const;
    if (this.#profilePending) {
      return this.path(bin, { kind: "link", to: PENDING }, null, { ...details, pending: true });
    }
    for (const [name, text] of profileShims(fs, host, this.#folders)) {
      const content = this.resolver.addText(name, text);
      const state: PathState = { kind: "file", digest: sha256Hex(text), mode: 0o644, content };
      this.path(join(bin, name), state, null, details);
    }
  }

  #profile(path: string): void {
    if (this.#hasShims) return this.#shims(join(path, "bin"));
    const { store } = this.world;
    const known = this.#profilePending
      ? undefined
      : store.outputsOf(profileHash(this.#folders))?.out;
    const to = known === undefined ? PENDING : store.pathOf(known);
    this.path(path, { kind: "link", to }, null, {
      role: "profile",
      pending: known === undefined,
      force: true,
    });
  }

  #environment(environment: Environment): void {
    const { os } = this.world.system.host;
    for (const [name, content] of Object.entries(envScripts(environment, os))) {
      const pending = this.#environmentPending;
      const to = pending ? PENDING : this.resolver.addText(name, content);
      const path = join(this.scope.root, name);
      this.path(path, { kind: "link", to }, null, { role: "shell", pending, force: true });
    }
    if (this.#persistent.length === 0 || os === "windows") return;
    this.#session(persistentEnvironment(os, this.#persistent));
  }

  /** The file that sets variables for the session. The unit of an agent is a file of its own: launchd loads no link. */
  #session({ target, content, agent }: SessionFile): void {
    const pending = isPending(content);
    const origin = pending ? PENDING : this.resolver.addText(nameIn(target), content);
    const details: Details = { role: "persistent_env", pending };
    const link: PathState = { kind: "link", to: origin };
    if (agent === undefined) return this.path(target, link, null, details);
    const digest = pending ? "" : sha256Hex(content), owner = this.ownerAt(target);
    const whose = owner ? { owner } : {};
    const file: PathState = { kind: "file", digest, mode: 0o644, content: origin, ...whose };
    this.path(target, pending ? link : file, null, details);
    const unit = this.resolver.absolute(target);
    this.#services.push({
      ...{ name: agent, user: true, ...this.account(), unit, digest },
      ...{ order: 0, by: "sys.lua", place: null },
    });
  }

  /** For whom root acts. */
  account(): { readonly account?: Account } {
    const { owner, user, home } = this.scope;
    return owner && user !== null ? { account: { name: user, home } } : {};
  }

  /** What lies in a user's home is that user's; what root puts elsewhere for a user stays root's. */
  ownerAt(target: string): WantedPath["owner"] {
    const inside = this.resolver.absolute(target).startsWith(join(this.scope.home, "/"));
    return inside ? this.scope.owner : undefined;
  }

  /** A path that shall have a state. */
  path(target: string, state: PathState, from: Declaration | null, details: Details): void {
    const { owner = this.ownerAt(target), ...rest } = details;
    const wanted: WantedPath = {
      path: this.resolver.absolute(target),
      target,
      role: "link",
      state,
      pending: false,
      mutable: false,
      force: false,
      ...(owner ? { owner } : {}),
      by: from?.by ?? "sys.lua",
      place: from?.place ?? null,
      ...rest,
    };
    refuseName(this.world.system, wanted);
    const possible = wanted.pending
      ? wanted
      : { ...wanted, state: possibleState(this.world, this.resolver.files, wanted) };
    const key = this.#keyOf(wanted.path);
    const known = this.#paths.get(key);
    if (known) refuseTwo(known, possible);
    this.#paths.set(key, possible);
  }

  /** The same for two paths that the system takes for one. */
  #keyOf(path: string): string {
    const { fs } = this.world.system;
    if (fs.holds.names === "exact") return path;
    const folder = dirname(path);
    const key = this.#keys.get(folder) ?? nameKey(fs, folder);
    this.#keys.set(folder, key);
    return key(path);
  }
}

/** A variable's value, with what it has already as `$NAME`. */
function shown({ name, op, values, separator }: Variable): [name: string, value: string] {
  const own = values.join(separator), rest = `$${name}`;
  const parts = op === "set" ? [own] : op === "prepend" ? [own, rest] : [rest, own];
  return [name, parts.join(separator)];
}

/** Everything in which an object may be named. */
function* textsOf(wanted: Omit<Wanted, "objects">): Iterable<string> {
  for (const { state } of wanted.paths) {
    if (state.kind === "link") yield state.to;
    if (state.kind === "file" && state.content !== undefined) yield state.content;
  }
  for (const { command, check, undo } of wanted.runs) {
    yield* typeof command === "string" ? [command] : command;
    yield check ?? "";
    yield undo ?? "";
  }
  for (const { value } of wanted.settings) yield JSON.stringify(value);
  yield* Object.values(wanted.env);
}

/** The env scripts are code: whatever made the Manifest, no other name gets into them. */
function checkName(name: string, place: Place): void {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return;
  throw new SysError("config", `Cannot set "${name}": that is no name of a variable`, {
    place,
    hint: "names have letters, digits and `_`, and start with no digit",
  });
}
