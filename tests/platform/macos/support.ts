/** Plans of settings alone. */
import { idOf, settingSteps } from "../../../src/plan/settings.ts";
import type {
  Current,
  Observation,
  ObservedSetting,
  SettingChange,
  Wanted,
  WantedSetting,
} from "../../../src/plan/types.ts";

/** Nothing. */
export const EMPTY: Wanted = {
  paths: [],
  runs: [],
  services: [],
  settings: [],
  env: {},
  objects: [],
};

/** Settings and nothing else. */
export function wantedSettings(
  settings: readonly Pick<WantedSetting, "kind" | "key" | "value">[],
): Wanted {
  return { ...EMPTY, settings: settings.map((one) => ({ ...one, by: "test", place: null })) };
}

/** What a plan does about settings, and what it remembers. `observed`: of what is wanted, or was. */
export function planOf(
  wanted: Wanted,
  current: { readonly wanted: Wanted; readonly settings: Current["settings"] } | null,
  observed: readonly ObservedSetting[],
) {
  const of = wanted.settings.length > 0 ? wanted : current?.wanted ?? wanted;
  const settings = new Map(of.settings.map((one, n) => [idOf(one), observed[n]]));
  const now = current === null ? null : { ...current, originals: {}, ran: [] };
  const { steps, originals } = settingSteps(wanted, now, { settings } as unknown as Observation);
  return { steps: steps as readonly { changes: readonly SettingChange[] }[], settings: originals };
}
