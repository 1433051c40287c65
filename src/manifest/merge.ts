/** Takes declarations, gives the activations of the Manifest: conflicts resolved, losers dropped, sorted. Pure.
 *
 * Within a scope (the machine, a user, a project) two actions that are about the same thing (a variable, a target, a
 * service, a setting) are merged: the lowest override priority wins; at the same priority they are equal, or it is a
 * conflict. The order of declarations never matters. */
import { sha256Hex } from "../digest.ts";
import { type Place, SysError } from "../errors.ts";
import { canonicalJson } from "./canonical.ts";
import { comparePlaces, conflict, shown } from "./conflict.ts";
import {
  type Declared,
  type DeclaredAction,
  type DeclaredActivation,
  PLAIN_OVERRIDE,
} from "./declared.ts";
import { type EnvEntry, mergeEnv } from "./env.ts";
import { separatorOf } from "./mergeable.ts";
import { normalizeTarget } from "./target.ts";
import type { Action, Activation, Origin, Target } from "./types.ts";

/** What is known beside the declarations. */
export interface MergeContext {
  /** Home folder of the user who runs the command. */
  readonly home: string;
}

type Scope = Pick<Activation, "user" | "project">;
type OtherAction = Exclude<DeclaredAction, { kind: "env" }>;

/** An action with where it stands. */
interface Candidate {
  readonly action: Action;
  readonly override: number;
  readonly from: number;
  readonly place: Place;
}

/** @throws SysError of kind "config" for a conflict, with both places */
export function mergeActivations(
  declared: Pick<Declared, "activations" | "environment">,
  context: MergeContext,
): Activation[] {
  const { activations } = declared;
  const best = new Map<string, Candidate>();
  const envs = new Map<string, { scope: Scope; entries: EnvEntry[] }>();
  const keysOf: (string | null)[][] = [];
  const actionsOf: Action[][] = [];
  activations.forEach((activation, from) => {
    const keys: (string | null)[] = [];
    const actions: Action[] = [];
    for (const raw of activation.actions) {
      if (raw.kind === "env") {
        const key = scopeKey(activation, `env ${raw.name}`);
        const group = envs.get(key) ?? { scope: activation, entries: [] };
        group.entries.push({ env: raw, place: activation.place, index: from });
        envs.set(key, group);
        continue;
      }
      const action = normalized(raw, activation.user === null ? context.home : null);
      const subject = subjectOf(action);
      const key = subject === null ? null : scopeKey(activation, subject);
      keys.push(key);
      actions.push(action);
      if (key === null) continue;
      const override = raw.override ?? PLAIN_OVERRIDE;
      const candidate = { action, override, from, place: activation.place };
      const present = best.get(key);
      if (present === undefined || override < present.override) best.set(key, candidate);
      else if (override === present.override) best.set(key, chosen(present, candidate));
    }
    keysOf.push(keys);
    actionsOf.push(actions);
  });
  refuseNested(best);
  const ids: (string | null)[] = [];
  const merged = new Map<string, { activation: Activation; from: number[] }>();
  activations.forEach((activation, from) => {
    const actions = actionsOf[from].filter((action, index) => {
      const key = keysOf[from][index];
      // Of equal actions each keeps its own: a whole activation that is there twice then has one id.
      return key === null || sameAction(best.get(key)!.action, action);
    });
    if (actions.length === 0) return void ids.push(null);
    const { user, project, name, place } = activation;
    ids.push(add(merged, { user, project }, name ?? describe(actions), actions, place, from));
  });
  for (const { scope, entries } of envs.values()) {
    const { name } = entries[0].env;
    for (const { action, place } of mergeEnv(entries, separatorOf(name, declared.environment))) {
      add(merged, scope, `env ${name}`, [action], place);
    }
  }
  return finish(merged, activations, ids);
}

/** Adds an activation, or joins it to the equal one. Gives its id. */
function add(
  merged: Map<string, { activation: Activation; from: number[] }>,
  { user, project }: Scope,
  name: string,
  actions: readonly Action[],
  place: Place,
  from?: number,
): string {
  const id = sha256Hex(JSON.stringify([user, project, actions])).slice(0, 32);
  const present = merged.get(id);
  const activation = { id, name, user, project, after: [], actions, place };
  const origin = from === undefined ? [] : [from];
  if (present === undefined) merged.set(id, { activation, from: origin });
  else {
    present.from.push(...origin);
    const before = comparePlaces(place, present.activation.place) ||
      (name < present.activation.name ? -1 : 1);
    if (before < 0) present.activation = activation;
  }
  return id;
}

function finish(
  merged: ReadonlyMap<string, { activation: Activation; from: number[] }>,
  activations: readonly DeclaredActivation[],
  ids: readonly (string | null)[],
): Activation[] {
  const result = [...merged.values()].map(({ activation, from }) => {
    const after = new Set<string>();
    for (const index of from) {
      for (const other of activations[index].after) {
        const id = ids[other];
        if (id !== null && id !== activation.id) after.add(id);
      }
    }
    return after.size === 0 ? activation : { ...activation, after: [...after].sort() };
  });
  refuseCircles(result);
  return result.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Equal activations became one: two that were each before and after a third cannot be. */
function refuseCircles(activations: readonly Activation[]) {
  const byId = new Map(activations.map((activation) => [activation.id, activation]));
  const state = new Map<string, "open" | "done">();
  const visit = (activation: Activation) => {
    const present = state.get(activation.id);
    if (present === "done") return;
    if (present === "open") {
      throw new SysError(
        "config",
        `Cannot merge: ${activation.name} and others come after each other`,
        {
          place: activation.place,
          hint: "the same activation is declared twice, with different `after`",
        },
      );
    }
    state.set(activation.id, "open");
    for (const id of activation.after) visit(byId.get(id)!);
    state.set(activation.id, "done");
  };
  for (const activation of activations) if (activation.after.length > 0) visit(activation);
}

/** The action in the Manifest's form. */
function normalized(raw: OtherAction, home: string | null): Action {
  const { override: _, ...action } = raw;
  if (action.kind === "link" || action.kind === "copy") {
    return { ...action, target: normalizeTarget(action.target, home) };
  }
  return action;
}

function scopeKey({ user, project }: Scope, subject: string): string {
  return `${user ?? ""}\0${project ?? ""}\0${subject}`;
}

/** What an action is about, by which it meets others; null for those that stand alone. */
function subjectOf(action: Action): string | null {
  switch (action.kind) {
    case "link":
    case "copy":
      return `file ${action.target}`;
    case "service":
      return `service ${action.user ? "user" : "system"} ${action.name}`;
    case "default":
      return `default ${action.domain} ${action.key}`;
    case "persistent_env":
      return `persistent_env ${action.name}`;
    case "account":
      return action.account.what === "membership"
        ? null
        : `${action.account.what} ${action.account.name}`;
    case "profile":
    case "shell":
    case "env":
    case "host_packages":
    case "run":
      return null;
  }
}

/** Of two at the same priority the earlier by place, when they are equal. */
function chosen(a: Candidate, b: Candidate): Candidate {
  if (sameAction(a.action, b.action)) return comparePlaces(a.place, b.place) <= 0 ? a : b;
  const { what, force } = wordsFor(a.action);
  throw conflict(what, [a, b].map(({ action, place }) => ({ shown: show(action), place })), force);
}

function sameAction(a: Action, b: Action): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}

/** A file cannot lie in another file. */
function refuseNested(best: ReadonlyMap<string, Candidate>) {
  const files = new Map<string, Candidate>();
  for (const [key, candidate] of best) {
    if (key.includes("\0file ")) files.set(key, candidate);
  }
  for (const [key, inner] of files) {
    for (let cut = key.lastIndexOf("/"); cut > 0; cut = key.lastIndexOf("/", cut - 1)) {
      const outer = files.get(key.slice(0, cut));
      if (outer === undefined) continue;
      const [first, second] = [outer, inner].map(({ action, place }) => ({
        target: (action as { target: Target }).target,
        place,
      }));
      throw new SysError(
        "config",
        `Cannot merge: ${second.target} lies in ${first.target}, which is managed as a whole`,
        {
          place: second.place,
          notes: [first, second].map(({ target, place }) =>
            `${target} at ${place.file}:${place.line}`
          ),
          hint:
            "`recursive = true` links the files of a folder one by one, so that others can be beside them",
        },
      );
    }
  }
}

/** What an activation without a name is called. */
function describe(actions: readonly Action[]): string {
  const [first] = actions;
  const more = actions.length > 1 ? ` and ${actions.length - 1} more` : "";
  return `${nameOf(first)}${more}`;
}

function nameOf(action: Action): string {
  switch (action.kind) {
    case "link":
    case "copy":
      return `file ${action.target}`;
    case "profile":
      return "packages on PATH";
    case "shell":
      return "shell script";
    case "env":
    case "persistent_env":
      return `env ${action.name}`;
    case "service":
      return `service ${action.name}`;
    case "default":
      return `default ${action.domain} ${action.key}`;
    case "account":
      return action.account.what === "membership"
        ? `membership of ${action.account.user} in ${action.account.group}`
        : `${action.account.what} ${action.account.name}`;
    case "host_packages":
      return "host packages";
    case "run":
      return `run ${typeof action.command === "string" ? action.command : action.command.join(" ")}`
        .split("\n")[0].slice(0, 60);
  }
}

function wordsFor(action: Action): { what: string; force: string } {
  switch (action.kind) {
    case "link":
    case "copy":
      return { what: `files for ${action.target}`, force: "lib.mkForce(…) around one content" };
    case "service":
      return { what: `units for service ${action.name}`, force: "lib.mkForce(…) around one unit" };
    case "default":
      return {
        what: `values for default ${action.domain} ${action.key}`,
        force: "lib.mkForce(…) around one value",
      };
    default:
      return { what: `values for ${nameOf(action)}`, force: "lib.mkForce(…) around one value" };
  }
}

function show(action: Action): string {
  switch (action.kind) {
    case "link":
    case "copy":
      return `${showOrigin(action.origin)}${action.kind === "copy" ? " (copied)" : ""}`;
    case "service":
      return showOrigin(action.unit);
    case "default":
    case "persistent_env":
      return shown(typeof action.value === "string" ? action.value : JSON.stringify(action.value));
    default:
      return shown(JSON.stringify(action));
  }
}

function showOrigin(origin: Origin): string {
  return "text" in origin ? shown(origin.text) : origin.path;
}
