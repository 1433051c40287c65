/** Takes the settings that are wanted, gives the steps that make them so and what they were before. */
import type { Json } from "../manifest/types.ts";
import type { Current, Observation, PlannedAction, Step, Wanted, WantedSetting } from "./types.ts";

/** What is to be done about settings. */
export interface SettingPlan {
  readonly steps: readonly Step[];
  readonly actions: readonly PlannedAction[];
  /** By `<kind>:<key>`: the value before sys.lua first touched it. */
  readonly originals: Readonly<Record<string, Json>>;
}

/** Settings that go get their former value back; those that come or differ get theirs. */
export function settingSteps(
  wanted: Wanted,
  current: Current | null,
  world: Observation,
): SettingPlan {
  const steps: Step[] = [], actions: PlannedAction[] = [];
  const originals: Record<string, Json> = {};
  const was = new Map((current?.wanted.settings ?? []).map((one) => [idOf(one), one]));
  const step = (one: WantedSetting, before: Json, after: Json) =>
    steps.push({ kind: "setting", setting: one.kind, key: one.key, before, after, by: one.by });
  const wantedIds = new Set(wanted.settings.map(idOf));
  for (const [id, one] of was) {
    if (wantedIds.has(id)) continue;
    const now = world.settings.get(id) ?? null;
    const original = current?.settings[id] ?? null;
    const edited = !equal(now, one.value) && !equal(now, original);
    actions.push({
      op: "remove",
      kind: one.kind,
      target: one.key,
      ...(edited ? { note: "changed by hand, kept" } : {}),
    });
    if (!edited && !equal(now, original)) step(one, now, original);
  }
  for (const one of wanted.settings) {
    const id = idOf(one);
    const now = world.settings.get(id) ?? null;
    const before = was.get(id);
    originals[id] = before ? current?.settings[id] ?? null : now;
    const same = equal(now, one.value);
    const drifted = before !== undefined && equal(before.value, one.value) && !same;
    actions.push({
      op: same ? "keep" : before || now !== null ? "update" : "create",
      kind: one.kind,
      target: one.key,
      ...(drifted ? { drifted: true } : {}),
    });
    if (!same) step(one, now, one.value);
  }
  return { steps, actions, originals };
}

/** `<kind>:<key>`. */
export function idOf(setting: Pick<WantedSetting, "kind" | "key">): string {
  return `${setting.kind}:${setting.key}`;
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
