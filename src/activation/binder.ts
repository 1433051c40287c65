/** Takes activations one by one, gives what they want together. The work of `bind`. */
import { formOfLink } from "../platform/links.ts";
import { join } from "node:path";
import { sha256, sha256Hex, shortHash } from "../digest.ts";
import { type Place, SysError } from "../errors.ts";
import type {
  AccountAction,
  Action,
  Activation,
  CopyAction,
  EnvAction,
  Json,
  LinkAction,
  RunAction,
  ServiceAction,
} from "../manifest/types.ts";
import type {
  Account,
  PathState,
  Wanted,
  WantedPath,
  WantedRun,
  WantedService,
  WantedSetting,
} from "../plan/types.ts";
import { refuseTwo } from "../plan/wanted.ts";
import { defaultKey } from "../platform/settings/defaults.ts";
import { objectsIn } from "../store/names.ts";
import type { BindWorld, Bound, Scope } from "./scope.ts";
import { envScripts } from "./env_scripts.ts";
import { isPending, nameIn, PENDING, Resolver } from "./resolver.ts";
import { digestOfFile } from "./observe.ts";
import { ownerNamed } from "./owner.ts";
import { persistentEnvironment } from "./persistent_env.ts";
import { type ProfileFolder, profileHash } from "./profile.ts";
import type { Environment, SourcedScript, Variable } from "./shell/environment.ts";

/** Where an action came from. */
interface Source {
  readonly by: string;
  readonly place: Place;
  readonly order: number;
}

/** What a path is, besides its state. */
type Details = Partial<Pick<WantedPath, "role" | "pending" | "mutable" | "force" | "owner">>;

export class Binder {
  readonly #resolver: Resolver;
  readonly #paths = new Map<string, WantedPath>();
  readonly #runs: WantedRun[] = [];
  readonly #services: WantedService[] = [];
  readonly #settings = new Map<string, WantedSetting>();
  readonly #folders: ProfileFolder[] = [];
  readonly #variables: Variable[] = [];
  readonly #scripts: SourcedScript[] = [];
  readonly #persistent: { name: string; value: string }[] = [];
  /** Something of the profile, or of the env scripts, is not built yet. */
  #profilePending = false;
  #environmentPending = false;

  /** @param order the place of each activation among the others, by id */
  constructor(
    readonly scope: Scope,
    readonly world: BindWorld,
    readonly order: ReadonlyMap<string, number>,
  ) {
    this.#resolver = new Resolver(scope, world);
  }

  add({ id, name, place, actions }: Activation): void {
    const source: Source = { by: name, place, order: this.order.get(id) ?? 0 };
    for (const action of actions) this.#action(action, source);
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
      settings: [...this.#settings.values()],
      env: Object.fromEntries(environment.variables.map(({ name, op, values, separator }) => {
        const own = values.join(separator);
        const rest = `$${name}`;
        const parts = op === "set" ? [own] : op === "prepend" ? [own, rest] : [rest, own];
        return [name, parts.join(separator)];
      })),
    };
    const files = [...this.#resolver.files.values()];
    return {
      wanted: { ...wanted, objects: objectsIn(textsOf(wanted)) },
      files,
      profile: this.#profilePending ? null : this.#folders,
      environment,
      links: this.world.links,
      texts: new Map(files.map(({ path, content }) => [path, sha256Hex(content)])),
    };
  }

  #action(action: Action, source: Source): void {
    const { by, place } = source;
    switch (action.kind) {
      case "link":
        return this.#link(action, source);
      case "copy":
        return this.#copy(action, source);
      case "profile": {
        const dir = this.#resolver.path(action.dir, place);
        if (isPending(dir)) this.#profilePending = true;
        else this.#folders.push({ dir, priority: action.priority, by, place });
        return;
      }
      case "shell": {
        const path = this.#resolver.origin(action.origin, `${by}.sh`, place);
        if (isPending(path)) this.#environmentPending = true;
        const shells = action.shells.length > 0 ? action.shells : ["sh", "bash", "zsh"];
        return void this.#scripts.push({ path, shells });
      }
      case "env":
        return this.#env(action, source);
      case "persistent_env": {
        const value = this.#resolver.path(action.value, place);
        const name = nameOfVariable(action.name, place);
        // Windows keeps these in the registry, other systems in a file.
        if (this.world.system.host.os !== "windows") this.#persistent.push({ name, value });
        else this.#setting("environment", name, value, source);
        return;
      }
      case "service":
        return this.#service(action, source);
      case "default": {
        const key = defaultKey(action.domain, action.key);
        return this.#setting("default", key, action.value, source);
      }
      case "account":
        return this.#setting("account", ...accountSetting(action), source);
      case "host_packages":
        for (const [manager, names] of Object.entries(action.packages)) {
          for (const name of names) {
            this.#setting("host_packages", `${manager}:${name}`, true, source);
          }
        }
        return;
      case "run":
        return this.#run(action, source);
    }
  }

  #link(action: LinkAction, source: Source): void {
    const { target, origin, force } = action;
    const to = this.#resolver.origin(origin, nameIn(target), source.place);
    this.#path(target, { kind: "link", to }, source, { force, pending: isPending(to) });
  }

  #copy(action: CopyAction, source: Source): void {
    const { target, origin, mode, force, mutable } = action;
    const from = this.#resolver.origin(origin, nameIn(target), source.place);
    const owner = action.owner === null
      ? this.#ownerAt(target)
      : ownerNamed(this.world.system, action.owner, source.place);
    this.#copyFrom(target, from, mode, source, { role: "copy", force, mutable, owner });
  }

  /** Copies a file; of a folder, every file in it. Empty folders are not made. */
  #copyFrom(
    target: string,
    from: string,
    mode: number | null,
    source: Source,
    details: Details,
  ): void {
    const { fs } = this.world.system;
    const file = this.#resolver.files.get(from);
    const info = file || isPending(from) ? null : fs.lstat(from);
    if (info?.kind === "dir") {
      for (const name of fs.readDir(from)) {
        this.#copyFrom(`${target}/${name}`, join(from, name), mode, source, details);
      }
      return;
    }
    if (info?.kind === "link") {
      const state: PathState = { kind: "link", to: fs.readLink(from) };
      return this.#path(target, state, source, { ...details, mutable: false });
    }
    if (!file && info === null) {
      return this.#path(target, { kind: "link", to: PENDING }, source, {
        ...details,
        pending: true,
      });
    }
    const executable = file ? file.executable : ((info?.mode ?? 0) & 0o100) !== 0;
    this.#path(
      target,
      {
        kind: "file",
        digest: file ? sha256Hex(file.content) : digestOfFile(fs, from),
        mode: mode ?? (executable ? 0o755 : 0o644),
        content: file ? from : this.#resolver.addLive(from, executable),
        ...(details.owner ? { owner: details.owner } : {}),
      },
      source,
      details,
    );
  }

  #env(action: EnvAction, { place }: Source): void {
    const values = action.values.map((value) => this.#resolver.path(value, place));
    if (values.some(isPending)) this.#environmentPending = true;
    if (action.op !== "set" && action.separator === "") {
      throw new SysError("config", `Cannot add to ${action.name}: its separator is empty`, {
        place,
      });
    }
    const name = nameOfVariable(action.name, place);
    // A shell with nothing but our own PATH would be of no use.
    const op = name === "PATH" && action.op === "set" ? "prepend" : action.op;
    this.#variables.push({ name, op, values, separator: action.separator || ":" });
  }

  #service(action: ServiceAction, source: Source): void {
    const { by, place, order } = source;
    const { name, user } = action;
    const { fs } = this.world.system;
    const unit = this.world.services.unitPath(name, user, this.scope.home);
    const from = this.#resolver.origin(action.unit, nameIn(unit), place);
    const content = this.#resolver.files.get(from)?.content ??
      (!isPending(from) && fs.lstat(from)?.kind === "file" ? fs.readFile(from) : null);
    const digest = content === null ? "" : sha256Hex(content);
    const owner = this.#ownerAt(unit);
    const state: PathState = content === null
      ? { kind: "link", to: PENDING }
      : { kind: "file", digest, mode: 0o644, content: from, ...(owner ? { owner } : {}) };
    this.#path(unit, state, source, { role: "unit", pending: content === null });
    const account = user ? this.#account() : {};
    this.#services.push({ name, user, ...account, unit, digest, order, by, place });
  }

  #run(action: RunAction, { by, place, order }: Source): void {
    const fill = (text: string) => this.#resolver.fill(text, place);
    const command = typeof action.command === "string"
      ? fill(action.command)
      : action.command.map(fill);
    const check = action.check === null ? null : fill(action.check);
    const undo = action.undo === null ? null : fill(action.undo);
    const pending = [command, check ?? "", undo ?? ""].flat().some(isPending);
    const account = this.#account();
    const id = shortHash(
      sha256(JSON.stringify([command, check, undo, account.account?.name ?? ""])),
    );
    const { on } = action;
    this.#runs.push({ id, command, check, undo, on, ...account, pending, order, by, place });
  }

  #setting(kind: WantedSetting["kind"], key: string, value: Json, { by, place }: Source): void {
    const id = `${kind}:${key}`;
    if (!this.#settings.has(id)) this.#settings.set(id, { kind, key, value, by, place });
  }

  #profile(path: string): void {
    const { store } = this.world;
    const known = this.#profilePending
      ? undefined
      : store.outputsOf(profileHash(this.#folders))?.out;
    const to = known === undefined ? PENDING : store.pathOf(known);
    this.#path(path, { kind: "link", to }, null, {
      role: "profile",
      pending: known === undefined,
      force: true,
    });
  }

  #environment(environment: Environment): void {
    const { os } = this.world.system.host;
    for (const [name, content] of Object.entries(envScripts(environment, os))) {
      const pending = this.#environmentPending;
      const to = pending ? PENDING : this.#resolver.addText(name, content);
      const path = join(this.scope.root, name);
      this.#path(path, { kind: "link", to }, null, { role: "shell", pending, force: true });
    }
    if (this.#persistent.length === 0 || os === "windows") return;
    const { target, content } = persistentEnvironment(os, this.#persistent);
    const pending = isPending(content);
    const to = pending ? PENDING : this.#resolver.addText(nameIn(target), content);
    this.#path(target, { kind: "link", to }, null, { role: "persistent_env", pending });
  }

  /** For whom root acts. */
  #account(): { readonly account?: Account } {
    const { owner, user, home } = this.scope;
    return owner && user !== null ? { account: { name: user, home } } : {};
  }

  /** What lies in a user's home is that user's; what root puts elsewhere for a user stays root's. */
  #ownerAt(target: string): WantedPath["owner"] {
    const inside = this.#resolver.absolute(target).startsWith(join(this.scope.home, "/"));
    return inside ? this.scope.owner : undefined;
  }

  /** The state, or what stands in for it where its link can't be made. */
  #possible(target: string, state: PathState, source: Source | null): PathState {
    if (state.kind !== "link" || this.world.links === "everything") return state;
    const { fs } = this.world.system;
    const file = this.#resolver.files.get(state.to);
    const found = file ? "file" : fs.lstat(state.to)?.kind;
    const leadsTo = found === "dir" ? "folder" : found === "file" ? "file" : "nothing";
    const live = !file && objectsIn([state.to]).length === 0;
    switch (formOfLink(this.world.links, leadsTo, live)) {
      case "link":
        return state;
      case "refused":
        throw new SysError("activation", `Cannot link ${target}: files cannot be linked here`, {
          ...(source ? { place: source.place } : {}),
          hint: "Developer Mode of Windows allows it; or leave out `mutable`",
        });
      case "copy": {
        const executable = file?.executable ?? ((fs.lstat(state.to)?.mode ?? 0) & 0o100) !== 0;
        const digest = file ? sha256Hex(file.content) : digestOfFile(fs, state.to);
        return { kind: "file", digest, mode: executable ? 0o755 : 0o644, content: state.to };
      }
    }
  }

  #path(target: string, state: PathState, source: Source | null, details: Details): void {
    const path = this.#resolver.absolute(target);
    const { owner = this.#ownerAt(target), ...rest } = details;
    const wanted: WantedPath = {
      path,
      target,
      role: "link",
      state: details.pending ? state : this.#possible(target, state, source),
      pending: false,
      mutable: false,
      force: false,
      ...(owner ? { owner } : {}),
      by: source?.by ?? "sys.lua",
      place: source?.place ?? null,
      ...rest,
    };
    const known = this.#paths.get(path);
    if (known) refuseTwo(known, wanted);
    this.#paths.set(path, wanted);
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

/** Key and value of the setting that an account is. */
function accountSetting({ account }: AccountAction): [string, Json] {
  return account.what === "membership"
    ? [`membership:${account.user}:${account.group}`, true]
    : [`${account.what}:${account.name}`, account.options ?? true];
}

function nameOfVariable(name: string, place: Place): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new SysError("config", `Cannot set "${name}": that is no name of a variable`, {
    place,
    hint: "names have letters, digits and `_`, and start with no digit",
  });
}
