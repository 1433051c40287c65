/** Takes the activations of one scope and where things lie, gives what is Wanted: every name made concrete.
 * Reads the store, writes nothing: what has to be added to the store comes along. */
import { join } from "node:path";
import { sha256, sha256Hex, shortHash } from "../digest.ts";
import { type Place, SysError } from "../errors.ts";
import type {
  Activation,
  CopyAction,
  EnvAction,
  Json,
  LinkAction,
  Origin,
  RunAction,
  ServiceAction,
} from "../manifest/types.ts";
import { placeholdersIn, substitute } from "../manifest/placeholder.ts";
import type {
  Owner,
  PathState,
  Wanted,
  WantedPath,
  WantedRun,
  WantedService,
  WantedSetting,
} from "../plan/types.ts";
import { defaultKey } from "../platform/settings/defaults.ts";
import type { Powers } from "../platform/powers.ts";
import type { Store } from "../store/types.ts";
import type { System } from "../system/mod.ts";
import { digestOfFile } from "./observe.ts";
import { objectsIn } from "./objects.ts";
import { orderActivations } from "./order.ts";
import { ownerNamed } from "./owner.ts";
import { persistentEnvironment } from "./persistent_env.ts";
import { type ProfileFolder, profileHash } from "./profile.ts";
import type { Environment, SourcedScript, Variable } from "./shell/environment.ts";
import { fishScript } from "./shell/fish.ts";
import { nushellScript } from "./shell/nushell.ts";
import { posixScript } from "./shell/posix.ts";
import { powershellScript } from "./shell/powershell.ts";

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
  /** Whose the files shall be; absent for the user who runs sys. */
  readonly owner?: Owner;
}

/** A file that is to be in the store. */
export interface NewFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
  readonly path: string;
}

/** What `bind` gives. */
export interface Bound {
  readonly wanted: Wanted;
  /** Files that `materialize` adds to the store. */
  readonly files: readonly NewFile[];
  /** Folders of the profile; null while some are not built yet. Empty: there is no profile. */
  readonly profile: readonly ProfileFolder[] | null;
  readonly environment: Environment;
  /** SHA-256 (hex) of the files, by path: for `observe`. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What binding needs of the world. */
export interface BindWorld {
  readonly system: Pick<System, "fs" | "host">;
  readonly store: Pick<Store, "pathOf" | "nameOfFile" | "outputsOf">;
  readonly services: Pick<Powers["services"], "unitPath">;
  /** Placeholder → path, for all that is known. */
  readonly known: ReadonlyMap<string, string>;
}

/** Stands in a state for what is not built yet. */
const PENDING = "(not built yet)";

/** Makes activations concrete. */
export function bind(activations: readonly Activation[], scope: Scope, world: BindWorld): Bound {
  const chosen = activations.filter(({ user, project }) =>
    scope.project !== undefined
      ? project === scope.project && (user === null || user === scope.user)
      : project === null && (user === null ? scope.topLevel : user === scope.user)
  );
  const binder = new Binder(scope, world, orderActivations(chosen));
  for (const activation of chosen) binder.add(activation);
  return binder.finish();
}

/** Where an action came from. */
interface Source {
  readonly by: string;
  readonly place: Place;
  readonly order: number;
}

class Binder {
  readonly #paths = new Map<string, WantedPath>();
  readonly #runs: WantedRun[] = [];
  readonly #services: WantedService[] = [];
  readonly #settings: WantedSetting[] = [];
  readonly #files = new Map<string, NewFile>();
  readonly #folders: ProfileFolder[] = [];
  readonly #variables: Variable[] = [];
  readonly #scripts: SourcedScript[] = [];
  readonly #persistent: { name: string; value: string }[] = [];
  /** Something of the profile, or of the env scripts, is not built yet. */
  #profilePending = false;
  #environmentPending = false;

  constructor(
    readonly scope: Scope,
    readonly world: BindWorld,
    readonly order: ReadonlyMap<string, number>,
  ) {}

  add(activation: Activation): void {
    const { name: by, place } = activation;
    const source: Source = { by, place, order: this.order.get(activation.id) ?? 0 };
    for (const action of activation.actions) {
      switch (action.kind) {
        case "link":
          this.#link(action, source);
          break;
        case "copy":
          this.#copy(action, source);
          break;
        case "profile": {
          const dir = this.#fill(action.dir, source);
          if (isPending(dir)) this.#profilePending = true;
          else this.#folders.push({ dir, priority: action.priority, by, place });
          break;
        }
        case "shell": {
          const path = this.#pathOf(action.origin, `${by}.sh`, source);
          if (isPending(path)) this.#environmentPending = true;
          const shells = action.shells.length > 0 ? action.shells : ["sh", "bash", "zsh"];
          this.#scripts.push({ path, shells });
          break;
        }
        case "env":
          this.#env(action, source);
          break;
        case "persistent_env": {
          const value = this.#fill(action.value, source);
          const name = nameOfVariable(action.name, source);
          // Windows keeps these in the registry, other systems in a file.
          if (this.world.system.host.os !== "windows") this.#persistent.push({ name, value });
          else this.#setting("environment", name, value, source);
          break;
        }
        case "service":
          this.#service(action, source);
          break;
        case "default":
          this.#setting("default", defaultKey(action.domain, action.key), action.value, source);
          break;
        case "account": {
          const { account } = action;
          const key = account.what === "membership"
            ? `membership:${account.user}:${account.group}`
            : `${account.what}:${account.name}`;
          const value = account.what === "membership" ? true : account.options ?? true;
          this.#setting("account", key, value, source);
          break;
        }
        case "host_packages":
          for (const [manager, names] of Object.entries(action.packages)) {
            for (const name of names) {
              this.#setting("host_packages", `${manager}:${name}`, true, source);
            }
          }
          break;
        case "run":
          this.#run(action, source);
          break;
      }
    }
  }

  finish(): Bound {
    const { scope } = this;
    const hasProfile = this.#profilePending || this.#folders.length > 0;
    const profile = hasProfile ? join(scope.root, "profile") : null;
    const environment: Environment = {
      variables: this.#variables.sort((a, b) => (a.name < b.name ? -1 : 1)),
      profile,
      scripts: this.#scripts,
    };
    if (scope.project === undefined) {
      if (profile !== null) this.#profile(profile);
      this.#envScripts(environment);
      this.#persistentEnv();
    }
    const wanted: Omit<Wanted, "objects"> = {
      paths: [...this.#paths.values()],
      runs: this.#runs,
      services: this.#services,
      settings: this.#settings,
      env: Object.fromEntries(environment.variables.map(({ name, op, values, separator }) => {
        const own = values.join(separator);
        const rest = `$${name}`;
        const parts = op === "set" ? [own] : op === "prepend" ? [own, rest] : [rest, own];
        return [name, parts.join(separator)];
      })),
    };
    const texts = new Map<string, string>();
    for (const { path, content } of this.#files.values()) texts.set(path, sha256Hex(content));
    return {
      wanted: { ...wanted, objects: objectsIn(textsOf(wanted)) },
      files: [...this.#files.values()],
      profile: this.#profilePending ? null : this.#folders,
      environment,
      texts,
    };
  }

  #link(action: LinkAction, source: Source): void {
    const to = this.#pathOf(action.origin, nameIn(action.target), source);
    this.#path(action.target, { kind: "link", to }, source, {
      role: "link",
      force: action.force,
      pending: isPending(to),
    });
  }

  #copy(action: CopyAction, source: Source): void {
    const from = this.#pathOf(action.origin, nameIn(action.target), source);
    const owner = action.owner === null
      ? this.scope.owner
      : ownerNamed(this.world.system, action.owner, source.place);
    const details = {
      role: "copy" as const,
      force: action.force,
      mutable: action.mutable,
      pending: false,
      ...(owner ? { owner } : {}),
    };
    this.#copyFrom(action.target, from, action.mode, source, details);
  }

  /** Copies a file; of a folder, every file in it. */
  #copyFrom(
    target: string,
    from: string,
    mode: number | null,
    source: Source,
    details: Partial<WantedPath>,
  ): void {
    const { fs } = this.world.system;
    const file = this.#files.get(from);
    const info = file || isPending(from) ? null : fs.lstat(from);
    if (info?.kind === "dir") {
      for (const name of fs.readDir(from)) {
        this.#copyFrom(`${target}/${name}`, join(from, name), mode, source, details);
      }
      return;
    }
    if (info?.kind === "link") {
      const { mutable: _mutable, ...rest } = details;
      return this.#path(target, { kind: "link", to: fs.readLink(from) }, source, rest);
    }
    if (!file && info === null) {
      return this.#path(target, { kind: "link", to: PENDING }, source, {
        ...details,
        pending: true,
      });
    }
    const executable = file ? file.executable : ((info?.mode ?? 0) & 0o100) !== 0;
    const content = file || this.#inStore(from) ? from : this.#addLive(from, executable);
    this.#path(
      target,
      {
        kind: "file",
        digest: file ? sha256Hex(file.content) : digestOfFile(fs, from),
        mode: mode ?? (executable ? 0o755 : 0o644),
        content,
        ...(details.owner ? { owner: details.owner } : {}),
      },
      source,
      details,
    );
  }

  #env(action: EnvAction, source: Source): void {
    const values = action.values.map((value) => this.#fill(value, source));
    if (values.some(isPending)) this.#environmentPending = true;
    if (action.op !== "set" && action.separator === "") {
      throw new SysError("config", `Cannot add to ${action.name}: its separator is empty`, {
        place: source.place,
      });
    }
    const name = nameOfVariable(action.name, source);
    // A shell with nothing but our own PATH would be of no use.
    const op = name === "PATH" && action.op === "set" ? "prepend" : action.op;
    this.#variables.push({ name, op, values, separator: action.separator || ":" });
  }

  #service(action: ServiceAction, source: Source): void {
    const { fs } = this.world.system;
    const unit = this.world.services.unitPath(action.name, action.user);
    const from = this.#pathOf(action.unit, unit.split(/[\\/]/).at(-1) ?? action.name, source);
    const content = this.#files.get(from)?.content ??
      (!isPending(from) && fs.lstat(from)?.kind === "file" ? fs.readFile(from) : null);
    const digest = content === null ? "" : sha256Hex(content);
    const state: PathState = content === null
      ? { kind: "link", to: PENDING }
      : { kind: "file", digest, mode: 0o644, content: from };
    this.#path(unit, state, source, { role: "unit", pending: content === null });
    const { by, place, order } = source;
    this.#services.push({ name: action.name, user: action.user, unit, digest, order, by, place });
  }

  #run(action: RunAction, { by, place, order }: Source): void {
    const fill = (text: string) => substitute(text, this.world.known);
    const command = typeof action.command === "string"
      ? fill(action.command)
      : action.command.map(fill);
    const check = action.check === null ? null : fill(action.check);
    const undo = action.undo === null ? null : fill(action.undo);
    const pending = [command, check ?? "", undo ?? ""].flat().some(isPending);
    const id = shortHash(sha256(JSON.stringify([command, check, undo])));
    this.#runs.push({ id, command, check, undo, on: action.on, pending, order, by, place });
  }

  #setting(kind: WantedSetting["kind"], key: string, value: Json, { by, place }: Source): void {
    const known = this.#settings.find((one) => one.kind === kind && one.key === key);
    if (known === undefined) this.#settings.push({ kind, key, value, by, place });
  }

  #profile(path: string): void {
    const known = this.#profilePending
      ? undefined
      : this.world.store.outputsOf(profileHash(this.#folders))?.out;
    const to = known === undefined ? PENDING : this.world.store.pathOf(known);
    this.#own(path, { kind: "link", to }, "profile", known === undefined);
  }

  #envScripts(environment: Environment): void {
    const { variables, scripts, profile } = environment;
    if (variables.length === 0 && scripts.length === 0 && profile === null) return;
    const windows = this.world.system.host.os === "windows";
    const contents = {
      "env.sh": posixScript(environment),
      "env.fish": fishScript(environment),
      "env.ps1": powershellScript(environment, windows),
      "env.nu": nushellScript(environment),
    };
    for (const [name, content] of Object.entries(contents)) {
      const pending = this.#environmentPending;
      const to = pending ? PENDING : this.#addText(name, content, false);
      this.#own(join(this.scope.root, name), { kind: "link", to }, "shell", pending);
    }
  }

  #persistentEnv(): void {
    const { os } = this.world.system.host;
    if (this.#persistent.length === 0 || os === "windows") return;
    const { target, content } = persistentEnvironment(os, this.#persistent);
    const pending = isPending(content);
    const to = pending ? PENDING : this.#addText(nameIn(target), content, false);
    this.#path(target, { kind: "link", to }, null, { role: "persistent_env", pending });
  }

  /** A path of sys.lua's own. */
  #own(path: string, state: PathState, role: WantedPath["role"], pending: boolean): void {
    this.#path(path, state, null, { role, pending, force: true });
  }

  #path(
    target: string,
    state: PathState,
    source: Source | null,
    details: Partial<WantedPath>,
  ): void {
    const path = this.#absolute(target);
    const known = this.#paths.get(path);
    const wanted: WantedPath = {
      path,
      target,
      role: "link",
      state,
      pending: false,
      mutable: false,
      force: false,
      ...(this.scope.owner ? { owner: this.scope.owner } : {}),
      by: source?.by ?? "sys.lua",
      place: source?.place ?? null,
      ...details,
    };
    if (known && JSON.stringify(known.state) !== JSON.stringify(state)) {
      throw new SysError("config", `Cannot put two things at ${target}`, {
        ...(source ? { place: source.place } : {}),
        notes: [known, wanted].map(({ by, place }) =>
          place ? `${by} at ${place.file}:${place.line}` : by
        ),
      });
    }
    this.#paths.set(path, wanted);
  }

  /** Where an origin lies, or will; pending when that is not known. */
  #pathOf(origin: Origin, name: string, source: Source): string {
    if ("path" in origin) return this.#fill(origin.path, source);
    const text = substitute(origin.text, this.world.known);
    return isPending(text) ? PENDING : this.#addText(name, text, origin.executable);
  }

  #addText(name: string, text: string, executable: boolean): string {
    return this.#addFile(name, new TextEncoder().encode(text), executable);
  }

  /** What lies outside the store may change at any time, and is kept as it is now. */
  #addLive(path: string, executable: boolean): string {
    return this.#addFile(nameIn(path), this.world.system.fs.readFile(path), executable);
  }

  #addFile(name: string, content: Uint8Array, executable: boolean): string {
    const { store } = this.world;
    const path = store.pathOf(store.nameOfFile(name, content, executable));
    this.#files.set(path, { name, content, executable, path });
    return path;
  }

  #inStore(path: string): boolean {
    return /[\\/]store[\\/]obj[\\/]/.test(path);
  }

  /** Puts known paths in, and the home for `~`. */
  #fill(text: string, { place }: Source): string {
    const filled = substitute(text, this.world.known);
    if (filled.includes("\0")) {
      throw new SysError("config", "Cannot use a text with a NUL character here", { place });
    }
    return this.#absolute(filled);
  }

  #absolute(path: string): string {
    if (path === "~") return this.scope.home;
    return path.startsWith("~/") ? join(this.scope.home, path.slice(2)) : path;
  }
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
  yield* Object.values(wanted.env);
}

function isPending(text: string): boolean {
  return text === PENDING || placeholdersIn(text).length > 0;
}

function nameIn(target: string): string {
  return target.split("/").at(-1) || "file";
}

function nameOfVariable(name: string, { place }: Source): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new SysError("config", `Cannot set "${name}": that is no name of a variable`, {
    place,
    hint: "names have letters, digits and `_`, and start with no digit",
  });
}
