/** Takes what a plan was made from and the same as it is by now, gives where they differ. Pure. */
import { keyOf } from "./deferred.ts";
import type { PlanOptions } from "./plan.ts";
import { equal, idOf, settingName } from "./settings.ts";
import { describeState, sameState } from "./state.ts";
import type { Current, Observation, PathState, Plan, Wanted, WantedPath } from "./types.ts";

/** Something that is not as the plan has it. */
export interface Difference {
  /** A target, a service, a setting, a command. */
  readonly what: string;
  /** In a few words. */
  readonly was: string;
  readonly is: string;
}

/** What a plan knew. */
interface Known {
  readonly plan: Plan;
  readonly wanted: Wanted;
  readonly current: Current | null;
  readonly world: Observation;
  readonly options: PlanOptions;
}

/** What is wanted by now and was not so when the plan was made. What was pending then may be anything: also, where a
 * folder is copied, files below its target. */
export function differencesOfWanted(shown: Wanted, built: Wanted): Difference[] {
  const found: Difference[] = [];
  const rest = new Map(built.paths.map((path) => [path.path, path]));
  const open: string[] = [];
  for (const path of shown.paths) {
    const now = rest.get(path.path);
    rest.delete(path.path);
    if (path.pending) open.push(path.path);
    else if (now === undefined) found.push(other(path.target, path.state, { kind: "absent" }));
    else if (!sameData(path, now)) found.push(other(path.target, path.state, now.state));
  }
  for (const path of rest.values()) {
    if (open.some((folder) => isBelow(path.path, folder))) continue;
    found.push(other(path.target, { kind: "absent" }, path.state));
  }
  return [...found, ...otherDifferences(shown, built, open)];
}

/** What is wanted beside paths comes from the Manifest in a fixed order. */
function otherDifferences(shown: Wanted, built: Wanted, open: readonly string[]): Difference[] {
  const found: Difference[] = [];
  const compare = <T>(
    before: readonly T[],
    now: readonly T[],
    name: (one: T) => string,
    same: (a: T, b: T) => boolean,
  ) => {
    for (let n = 0; n < Math.max(before.length, now.length); n++) {
      if (n < before.length && n < now.length && same(before[n], now[n])) continue;
      const what = name(before[n] ?? now[n]);
      found.push({ what, was: "wanted as the plan says", is: "wanted otherwise" });
    }
  };
  compare(shown.runs, built.runs, ({ by }) => `a command of ${by}`, (before, now) => {
    return before.pending ? before.by === now.by : sameData(before, now);
  });
  compare(shown.services, built.services, ({ name }) => `service ${name}`, (before, now) => {
    const filled = open.includes(before.unit) ? { ...before, digest: now.digest } : before;
    return sameData(filled, now);
  });
  compare(shown.settings, built.settings, settingName, (before, now) => {
    return before.pending ? idOf(before) === idOf(now) : sameData(before, now);
  });
  return found;
}

/** Where the world is another than the one that the plan was made for: at its paths, its services, its settings. */
export function differencesOfWorld(known: Known, now: Observation): Difference[] {
  return [
    ...differencesOfPaths(known, now),
    ...differencesOfServices(known, now),
    ...differencesOfSettings(known, now),
  ];
}

function differencesOfPaths({ plan, wanted, current, world, options }: Known, now: Observation) {
  const found: Difference[] = [];
  const steps = plan.steps.filter((step) => step.kind === "path");
  const made = new Set(steps.filter(({ after }) => after.kind === "dir").map(({ path }) => path));
  const targets = new Map(
    [...current?.wanted.paths ?? [], ...wanted.paths].map(({ path, target }) => [path, target]),
  );
  const managed = new Set(current?.wanted.paths.map(({ path }) => path));
  const mutable = new Set(
    wanted.paths.flatMap(({ path, mutable }) => mutable && managed.has(path) ? [path] : []),
  );
  for (const [path, before] of world.states) {
    const after = now.states.get(path);
    if (after === undefined || same(before, after)) continue;
    // What its program may write to at any time only has to be there.
    const there = before.kind !== "absent" && after.kind !== "absent";
    if (there && mutable.has(path)) continue;
    // A folder that was to be made, be it by a build for the store or the cache, is there: nothing else is different.
    const ours = made.has(path) || `${options.root}/`.startsWith(`${path}/`);
    if (ours && before.kind === "absent" && after.kind === "dir") continue;
    found.push(other(targets.get(path) ?? path, before, after));
  }
  for (const step of steps) {
    if (step.before.kind !== "dir") continue;
    const before = world.entries.get(step.path)?.join("\n");
    const after = now.entries.get(step.path)?.join("\n");
    if (before === undefined || after === undefined || before === after) continue;
    const what = targets.get(step.path) ?? step.path;
    found.push({ what, was: `a folder with ${named(before)}`, is: `one with ${named(after)}` });
  }
  return found;
}

function differencesOfServices({ wanted, current, world }: Known, now: Observation) {
  const services = new Map(
    [...current?.wanted.services ?? [], ...wanted.services].map((one) => [keyOf(one), one.name]),
  );
  const state = ({ running }: Observation, key: string) =>
    running.has(key) ? "running" : "not running";
  return [...services].filter(([key]) => state(world, key) !== state(now, key))
    .map(([key, name]): Difference => ({
      what: `service ${name}`,
      was: state(world, key),
      is: state(now, key),
    }));
}

function differencesOfSettings({ wanted, current, world }: Known, now: Observation) {
  const settings = new Map(
    [...current?.wanted.settings ?? [], ...wanted.settings].map((
      one,
    ) => [idOf(one), settingName(one)]),
  );
  const value = ({ settings }: Observation, id: string) => settings.get(id)?.value ?? null;
  return [...settings].filter(([id]) => !equal(value(world, id), value(now, id)))
    .map(([id, key]): Difference => ({
      what: key,
      was: JSON.stringify(value(world, id)),
      is: JSON.stringify(value(now, id)),
    }));
}

function other(what: string, before: PathState, after: PathState): Difference {
  return { what, was: describeState(before), is: describeState(after) };
}

function same(a: PathState, b: PathState): boolean {
  return a.kind === "other" ? b.kind === "other" : sameState(a, b);
}

/** Equal as data; what is the very same is not looked into. */
function sameData(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function isBelow(path: string, folder: WantedPath["path"]): boolean {
  return path.startsWith(folder) && /[\\/]/.test(path.charAt(folder.length));
}

function named(entries: string): string {
  return entries === "" ? "nothing in it" : entries.replaceAll("\n", ", ");
}
