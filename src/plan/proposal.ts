/** Takes what a plan is made from, gives the plan with all of it: so that an answer, or what was built, can be put in
 * and nothing else is different. Pure. */
import { type Difference, differencesOfWanted, differencesOfWorld } from "./difference.ts";
import { makePlan, type PlanOptions } from "./plan.ts";
import type { Current, Observation, Plan, Wanted, WantedPath } from "./types.ts";
import { leaving, withoutTargets } from "./wanted.ts";

/** A plan, and what it was made from. */
export interface Proposal {
  readonly plan: Plan;
  readonly wanted: Wanted;
  readonly current: Current | null;
  readonly world: Observation;
  readonly options: PlanOptions;
  /** Targets that were taken out of `wanted`. */
  readonly skipped: ReadonlySet<string>;
}

/** What was decided about files that are there already. */
export interface Decision {
  /** Targets that may be replaced. */
  readonly replace: PlanOptions["replace"];
  /** Targets that are left as they are. */
  readonly skip: ReadonlySet<string>;
}

/** Nothing is replaced, nothing left out. */
export const UNDECIDED: Decision = { replace: "none", skip: new Set() };

/** Makes the plan. */
export function proposal(
  wanted: Wanted,
  current: Current | null,
  world: Observation,
  options: PlanOptions,
): Proposal {
  const plan = makePlan(wanted, current, world, options);
  return { plan, wanted, current, world, options, skipped: new Set() };
}

/** The same with answers put in. */
export function decided<P extends Proposal>(shown: P, { replace, skip }: Decision): P {
  if (replace === "none" && skip.size === 0) return shown;
  const left =
    shown.current?.wanted.paths.filter(({ path, target }) =>
      skip.has(target) && shown.world.rewritten.has(path)
    ) ?? [];
  const wanted = leaving(withoutTargets(shown.wanted, skip), left);
  const options = { ...shown.options, replace: either(shown.options.replace, replace) };
  const skipped = new Set([...shown.skipped, ...skip]);
  const current = leavingServices(shown.current, skip);
  return { ...shown, ...proposal(wanted, current, unasked(shown.world, left), options), skipped };
}

/** What was edited through its link and is skipped: it stays managed, or its object would go with the edit in it. */
export function leftPaths({ wanted, skipped }: Pick<Proposal, "wanted" | "skipped">): WantedPath[] {
  return wanted.paths.filter(({ target }) => skipped.has(target));
}

/** The world in which some edits were asked about already. */
function unasked(world: Observation, left: readonly WantedPath[]): Observation {
  if (left.length === 0) return world;
  const rewritten = new Map(world.rewritten);
  for (const { path } of left) rewritten.delete(path);
  return { ...world, rewritten };
}

/** The service of a unit that is left as it is runs on: nothing is known of it any more. */
function leavingServices(current: Current | null, skip: ReadonlySet<string>): Current | null {
  if (current === null || skip.size === 0) return current;
  const kept = withoutTargets(current.wanted, skip);
  return { ...current, wanted: { ...current.wanted, services: kept.services } };
}

/** What filling comes to. */
export type Filled<P> =
  | { readonly kind: "filled"; readonly proposal: P }
  /** What was shown is not what would be done. */
  | { readonly kind: "stale"; readonly differences: readonly Difference[] };

/**
 * The same with what was pending put in; where nothing was, the very same.
 * @param built what is wanted, with nothing pending
 * @param now the world as it is by now
 */
export function fill<P extends Proposal>(shown: P, built: Wanted, now: Observation): Filled<P> {
  const left = leftPaths(shown);
  const wanted = leaving(withoutTargets(built, shown.skipped), left);
  const differences = [
    ...differencesOfWanted(shown.wanted, wanted),
    ...differencesOfWorld(shown, now),
  ];
  if (differences.length > 0) return { kind: "stale", differences };
  const { paths, runs, settings } = shown.wanted;
  if (![...paths, ...runs, ...settings].some(({ pending }) => pending)) {
    return { kind: "filled", proposal: shown };
  }
  const { current, options, skipped } = shown;
  const made = proposal(wanted, current, unasked(now, left), options);
  return { kind: "filled", proposal: { ...shown, ...made, skipped } };
}

function either(a: PlanOptions["replace"], b: PlanOptions["replace"]): PlanOptions["replace"] {
  if (a === "all" || b === "all") return "all";
  if (a === "none") return b;
  return b === "none" ? a : new Set([...a, ...b]);
}
