/** Takes an evaluated config, gives the Plan for this machine: what is wanted against what is there. Writes nothing. */
import { bind } from "../activation/bind.ts";
import type { Bound, Scope } from "../activation/scope.ts";
import { observeSettings } from "../activation/observe_settings.ts";
import { observe } from "../activation/observe.ts";
import type { Evaluated } from "./evaluate.ts";
import type { Machine } from "../machine/open.ts";
import {
  DIR_PLACEHOLDER,
  inputPlaceholder,
  outputPlaceholder,
  sourcePlaceholder,
} from "../manifest/placeholder.ts";
import type { Activation, Manifest } from "../manifest/types.ts";
import { makePlan, type PlanOptions } from "../plan/plan.ts";
import type { Current, Observation, Plan, Wanted } from "../plan/types.ts";
import { together, withoutTargets } from "../plan/wanted.ts";
import { derivationsOf, sourcePath, unrealized } from "./build.ts";
import { scopesOf } from "../machine/scopes.ts";
import { readCurrent } from "../snapshot/history.ts";
import type { Snapshot } from "../snapshot/types.ts";
import { type ObjectName, objectName } from "../store/names.ts";
import type { Store } from "../store/types.ts";

/** What was decided about files that are there already. */
export interface Decision {
  /** Targets that may be replaced. */
  readonly replace: PlanOptions["replace"];
  /** Targets that are left as they are. */
  readonly skip: ReadonlySet<string>;
}

/** Nothing is replaced, nothing left out. */
export const UNDECIDED: Decision = { replace: "none", skip: new Set() };

/** A plan with what it was made from. */
export interface Proposal {
  readonly plan: Plan;
  readonly bounds: readonly Bound[];
  readonly current: Snapshot | null;
  /** Those of the manifest that are applied here. */
  readonly activations: readonly Activation[];
}

/** Plans for what a config declares. */
export async function propose(
  machine: Machine,
  evaluated: Evaluated,
  decision: Decision,
): Promise<Proposal> {
  const { manifest } = evaluated;
  const scopes = scopesOf(machine, manifest);
  const known = knownPaths(machine, evaluated);
  const bounds = scopes.map((scope) =>
    bind(manifest.activations, scope, {
      system: machine.system,
      store: machine.store,
      services: machine.adapters.services,
      links: machine.adapters.links,
      known,
    })
  );
  const activations = manifest.activations.filter((one) => appliesTo(one, scopes));
  const realize = unrealized(machine, manifest, derivationsOf(manifest, activations))
    .map(({ hash, name, version }) => ({ hash, name, version }));
  const current = readCurrent(machine.system.fs, machine.root);
  const wanted = together(bounds.map((bound) => bound.wanted));
  const texts = new Map(bounds.flatMap((bound) => [...bound.texts]));
  const plan = await planFor(machine, wanted, current, { decision, realize, texts });
  return { plan, bounds, current, activations };
}

/** Plans from one state to another: for a config, for a snapshot, or for nothing. */
export async function planFor(
  machine: Machine,
  wanted: Wanted,
  current: Current | null,
  how: {
    readonly decision: Decision;
    readonly realize?: Plan["realize"];
    readonly texts?: ReadonlyMap<string, string>;
    readonly agreed?: PlanOptions["agreed"];
  },
): Promise<Plan> {
  const some = withoutTargets(wanted, how.decision.skip);
  const world = await lookAt(machine, some, current, how.texts);
  return makePlan(some, current, world, {
    root: machine.root,
    replace: how.decision.replace,
    ...(how.agreed ? { agreed: how.agreed } : {}),
    realize: how.realize ?? [],
  });
}

/** What the machine is like where a plan may touch it. */
export async function lookAt(
  { system, adapters }: Machine,
  wanted: Wanted,
  current: Current | null,
  texts: ReadonlyMap<string, string> = new Map(),
): Promise<Observation> {
  const settings = await observeSettings(adapters, wanted, current);
  return observe(system.fs, wanted, current, texts, settings);
}

/** Placeholder → path, for all that is known before anything is built. */
export function knownPaths(
  { store }: { readonly store: Pick<Store, "has" | "outputsOf" | "pathOf"> },
  { manifest, inputs, dir }: Pick<Evaluated, "manifest" | "inputs" | "dir">,
): Map<string, string> {
  const known = new Map([[DIR_PLACEHOLDER, dir]]);
  for (const { name, path } of inputs.values()) known.set(inputPlaceholder(name), path);
  for (const source of manifest.sources) {
    const object = sourceObject(source);
    // What is not in the store yet is compared by what lies beside the config.
    const path = store.has(object) ? store.pathOf(object) : sourcePath({ inputs, dir }, source);
    known.set(sourcePlaceholder(source.id), path);
  }
  for (const { hash } of manifest.derivations) {
    for (const [output, object] of Object.entries(store.outputsOf(hash) ?? {})) {
      known.set(outputPlaceholder(hash, output), store.pathOf(object));
    }
  }
  return known;
}

/** The object that a source is, or will be. */
export function sourceObject(
  { id, name }: Pick<Manifest["sources"][number], "id" | "name">,
): ObjectName {
  return objectName(name, null, id);
}

function appliesTo({ user, project }: Activation, scopes: readonly Scope[]): boolean {
  return project === null &&
    scopes.some((scope) => user === null ? scope.topLevel : user === scope.user);
}
