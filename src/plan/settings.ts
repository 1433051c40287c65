/** Takes the settings that are wanted, gives the steps that make them so and what they were before. */
import type { Json } from "../manifest/types.ts";
import type {
  Current,
  Observation,
  ObservedSetting,
  Plan,
  PlannedAction,
  SettingChange,
  Step,
  Wanted,
  WantedSetting,
} from "./types.ts";

/** What is to be done about settings. */
export interface SettingPlan {
  readonly steps: readonly Step[];
  readonly actions: readonly PlannedAction[];
  readonly blocked: Plan["blocked"];
  /** By `idOf`: the value before sys.lua first touched it. */
  readonly originals: Readonly<Record<string, Json>>;
  /** Whether others are managed than before, or any is to change. */
  readonly changes: boolean;
}

const HINT = "run sys where and as whom it can be done, or leave it out of the config";

const ABSENT: ObservedSetting = { value: null };

/** Settings that go get their former value back, the last first; those that come or differ get theirs. */
export function settingSteps(
  wanted: Wanted,
  current: Current | null,
  world: Observation,
): SettingPlan {
  const former = current?.wanted.settings ?? [];
  const was = new Map(former.map((one) => [idOf(one), one]));
  const ids = new Set(wanted.settings.map(idOf));
  const removed = former.filter((one) => !ids.has(idOf(one)));
  const originalOf = (one: WantedSetting) => current?.settings[idOf(one)] ?? null;
  const observed = (one: WantedSetting) => world.settings.get(idOf(one)) ?? ABSENT;
  const decided = [
    ...removed.reverse().map((one) => decideRemoval(one, originalOf(one), observed(one))),
    ...wanted.settings.map((one) => decide(one, was.get(idOf(one)), observed(one))),
  ];
  const changing = decided.filter(({ change }) => change !== null);
  const originals = wanted.settings.map((one) =>
    [idOf(one), was.has(idOf(one)) ? originalOf(one) : exactly(observed(one))] as const
  );
  return {
    steps: grouped(changing),
    actions: decided.map(({ action }) => action),
    blocked: changing.flatMap(({ one, state }) =>
      state.blocked === undefined
        ? []
        : [{ target: settingName(one), why: state.blocked, place: one.place, hint: HINT }]
    ),
    originals: Object.fromEntries(originals),
    changes: changing.length > 0 || removed.length > 0 ||
      wanted.settings.some((one) => !was.has(idOf(one))),
  };
}

interface Decision {
  readonly one: WantedSetting;
  readonly state: ObservedSetting;
  readonly action: PlannedAction;
  /** Null where nothing is to be done. */
  readonly change: SettingChange | null;
}

function decideRemoval(one: WantedSetting, original: Json, state: ObservedSetting): Decision {
  const { value, skipped } = state, now = exactly(state);
  const edited = !equal(value, one.value) && !equal(now, original);
  const note = skipped ?? (edited ? "changed by hand, kept" : undefined);
  const change = note !== undefined || equal(now, original)
    ? null
    : { key: one.key, before: now, after: original };
  return { one, state, action: said("remove", one, note), change };
}

function exactly({ value, exact = value }: ObservedSetting): Json {
  return exact;
}

function decide(
  one: WantedSetting,
  before: WantedSetting | undefined,
  state: ObservedSetting,
): Decision {
  const { value: now, skipped } = state;
  const same = equal(now, one.value);
  if (same || skipped !== undefined) {
    return { one, state, action: said("keep", one, skipped), change: null };
  }
  const drifted = before !== undefined && equal(before.value, one.value);
  const action = said(before || now !== null ? "update" : "create", one);
  return {
    one,
    state,
    action: { ...action, ...(drifted ? { drifted } : {}) },
    change: { key: one.key, before: now, after: one.value },
  };
}

function said(op: PlannedAction["op"], one: WantedSetting, note?: string): PlannedAction {
  return { op, kind: one.kind, target: settingName(one), ...(note === undefined ? {} : { note }) };
}

/** Neighbours of one kind and user are one step, so that a package manager is run once. */
function grouped(decisions: readonly Decision[]): Step[] {
  const steps: Extract<Step, { kind: "setting" }>[] = [];
  for (const { one: { kind: setting, account, by }, change } of decisions) {
    const last = steps.at(-1);
    if (last?.setting === setting && last.account?.name === account?.name) {
      const both = last.by.split(", ").includes(by) ? last.by : `${last.by}, ${by}`;
      steps[steps.length - 1] = { ...last, changes: [...last.changes, change!], by: both };
    } else {
      const whose = account ? { account } : {};
      steps.push({ kind: "setting", setting, ...whose, changes: [change!], by });
    }
  }
  return steps;
}

/** What people call it: its key, and whose it is. */
export function settingName({ key, account }: Pick<WantedSetting, "key" | "account">): string {
  return account ? `${key} of ${account.name}` : key;
}

/** `<kind>:<key>`, and whose it is where that may be several. */
export function idOf(
  { kind, key, account }: Pick<WantedSetting, "kind" | "key" | "account">,
): string {
  return account ? `${kind}@${account.name}:${key}` : `${kind}:${key}`;
}

/** Equal as data: the order of keys does not count. */
export function equal(a: Json, b: Json): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value as { [key: string]: Json }).sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
