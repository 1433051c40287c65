/** Takes declarations, gives the activations of the Manifest: conflicts resolved, losers dropped, sorted. Pure.
 *
 * Within a scope (the machine, a user, a project) two actions that are about the same thing (a variable, a target, a
 * service, a setting) are merged: the lowest override priority wins; at the same priority they are equal, or it is a
 * conflict. The order of declarations never matters. */
import { sha256Hex } from "../digest.ts";
import { type Place, SysError } from "../errors.ts";
import { canonicalJson } from "./canonical.ts";
import { comparePlaces, conflict, PLAIN_OVERRIDE, shown } from "./conflict.ts";
import type { Declared, DeclaredAction, DeclaredActivation } from "./declared.ts";
import type { JoinEntry } from "./kind.ts";
import { kindOf } from "./kinds.ts";
import { normalizeTarget } from "./target.ts";
import type { Action, Activation } from "./types.ts";

/** What is known beside the declarations. */
export interface MergeContext {
  /** Home folder of the user who runs the command. */
  readonly home: string;
}

type Scope = Pick<Activation, "user" | "project">;

/** Activations by id, with the declarations that each came from. */
type Merged = Map<string, { activation: Activation; from: number[] }>;

/** Declarations of one scope about the same subject, which their kind joins. */
interface Group {
  readonly kind: Action["kind"];
  readonly scope: Scope;
  readonly entries: JoinEntry[];
}

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
  const { activations, environment } = declared;
  const best = new Map<string, Candidate>();
  const groups = new Map<string, Group>();
  const keysOf: (string | null)[][] = [];
  const actionsOf: Action[][] = [];
  // Whether two actions are about the same thing anywhere.
  let contested = false;
  activations.forEach((activation, from) => {
    const keys: (string | null)[] = [];
    const actions: Action[] = [];
    for (const raw of activation.actions) {
      const action = normalized(raw, activation.user === null ? context.home : null);
      const key = keyOf(activation, action);
      if (key !== null && kindOf(raw.kind).join) {
        const group = groups.get(key) ?? { kind: raw.kind, scope: activation, entries: [] };
        group.entries.push({ action: raw, place: activation.place, index: from });
        groups.set(key, group);
        continue;
      }
      keys.push(key);
      actions.push(action);
      if (key === null) continue;
      const override = raw.override ?? PLAIN_OVERRIDE;
      const candidate = { action, override, from, place: activation.place };
      const present = best.get(key);
      contested ||= present !== undefined;
      if (present === undefined || override < present.override) best.set(key, candidate);
      else if (override === present.override) best.set(key, chosen(present, candidate));
    }
    keysOf.push(keys);
    actionsOf.push(actions);
  });
  refuseNested(best);
  const ids: (string | null)[] = [];
  const merged: Merged = new Map();
  activations.forEach((activation, from) => {
    const all = actionsOf[from];
    const actions = !contested ? all : all.filter((action, index) => {
      const key = keysOf[from][index];
      // Of equal actions each keeps its own: a whole activation that is there twice then has one id.
      return key === null || sameAction(best.get(key)!.action, action);
    });
    if (actions.length === 0) return void ids.push(null);
    const { user, project, name, place } = activation;
    ids.push(add(merged, { user, project }, name ?? describe(actions), actions, place, from));
  });
  for (const group of groups.values()) join(merged, group, environment);
  return finish(merged, activations, ids);
}

/** Adds what a kind makes of a group: an activation each. */
function join(
  merged: Merged,
  { kind, scope, entries }: Group,
  environment: Declared["environment"],
) {
  const declaration = kindOf(kind);
  for (const { action, place } of declaration.join!(entries, environment)) {
    const whole = { kind, ...action } as Action;
    add(merged, scope, declaration.name(action), [whole], place);
  }
}

/** Adds an activation, or joins it to the equal one. Gives its id. */
function add(
  merged: Merged,
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
  merged: Merged,
  activations: readonly DeclaredActivation[],
  ids: readonly (string | null)[],
): Activation[] {
  const result = [...merged.values()].map(({ activation, from }) => {
    if (from.every((index) => activations[index].after.length === 0)) return activation;
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
function normalized(raw: DeclaredAction, home: string | null): Action {
  let action = raw as Action & { override?: number };
  if (action.override !== undefined) {
    const { override: _, ...rest } = action;
    action = rest;
  }
  if (!("target" in action)) return action;
  const target = normalizeTarget(action.target, home);
  return target === action.target ? action : { ...action, target };
}

/** By what an action meets others: its scope and its subject; null for those that stand alone. */
function keyOf(scope: Scope, action: Action): string | null {
  const subject = kindOf(action.kind).subject?.(action);
  return subject === undefined ? null : `${scope.user ?? ""}\0${scope.project ?? ""}\0${subject}`;
}

/** Of two at the same priority the earlier by place, when they are equal. */
function chosen(a: Candidate, b: Candidate): Candidate {
  if (sameAction(a.action, b.action)) return comparePlaces(a.place, b.place) <= 0 ? a : b;
  const { name, rivals, part } = kindOf(a.action.kind);
  const show = ({ action, place }: Candidate) => ({
    shown: kindOf(action.kind).value?.(action) ?? shown(JSON.stringify(action)),
    place,
  });
  throw conflict(
    rivals?.(a.action) ?? `values for ${name(a.action)}`,
    [show(a), show(b)],
    `lib.mkForce(…) around one ${part ?? "value"}`,
  );
}

function sameAction(a: Action, b: Action): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}

/** A file cannot lie in another file. */
function refuseNested(best: ReadonlyMap<string, Candidate>) {
  const isFile = ({ action }: Candidate) => kindOf(action.kind).target !== undefined;
  // Those that are no files, and lie in none.
  const folders = new Set<string>();
  for (const [key, inner] of best) {
    if (!isFile(inner)) continue;
    for (let cut = key.lastIndexOf("/"); cut > 0; cut = key.lastIndexOf("/", cut - 1)) {
      const folder = key.slice(0, cut);
      if (folders.has(folder)) break;
      const outer = best.get(folder);
      if (outer === undefined || !isFile(outer)) {
        folders.add(folder);
        continue;
      }
      const [first, second] = [outer, inner].map(({ action, place }) => ({
        target: kindOf(action.kind).target!(action),
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
  return `${kindOf(first.kind).name(first)}${more}`;
}
