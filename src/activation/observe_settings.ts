/** Takes what is wanted and managed, asks the platform for what is no path: services, settings,
 * commands. */
import { keyOf } from "../plan/deferred.ts";
import { idOf } from "../plan/settings.ts";
import type { Current, ObservedSetting, Wanted, WantedSetting } from "../plan/types.ts";
import type { Adapters } from "../platform/adapters.ts";
import type { ObservedElsewhere } from "./observe.ts";
import { checkPasses } from "./run_step.ts";

/**
 * Asks for each service whether it runs, for each setting its value, and each command that has run whether it is
 * still so. Where there are none, nothing is asked and no program is run.
 */
export async function observeSettings(
  adapters: Adapters,
  wanted: Wanted,
  current: Pick<Current, "wanted" | "ran"> | null,
): Promise<ObservedElsewhere> {
  const services = new Map(
    [...current?.wanted.services ?? [], ...wanted.services].map((one) => [keyOf(one), one]),
  );
  const settings = new Map(
    [...current?.wanted.settings ?? [], ...wanted.settings].map((one) => [idOf(one), one]),
  );
  const ran = new Set(current?.ran ?? []);
  const undone = new Set<string>();
  const managed = new Set(current?.wanted.services.map(keyOf));
  const running = new Set<string>(),
    disabled = new Set<string>(),
    values = new Map<string, ObservedSetting>();
  await Promise.all([
    ...[...services].map(async ([key, service]) => {
      if (await adapters.services.running(service)) running.add(key);
      else if (!managed.has(key) && await adapters.services.disabled?.(service)) disabled.add(key);
    }),
    ...wanted.runs.map(async ({ id, check, account }) => {
      if (check === null || !ran.has(id)) return;
      if (!await checkPasses(adapters, check, { account })) undone.add(id);
    }),
    ...groupsOf([...settings.values()]).map(async (group) => {
      const { kind, account } = group[0];
      const found = await adapters.settings.get({ kind, account }, group);
      group.forEach((one, n) => values.set(idOf(one), found[n]));
    }),
  ]);
  return { running, disabled, settings: values, undone };
}

/** Settings by kind and user: each group is asked for at once. */
function groupsOf(settings: readonly WantedSetting[]): WantedSetting[][] {
  const groups = new Map<string, WantedSetting[]>();
  for (const setting of settings) {
    const id = idOf({ ...setting, key: "" });
    groups.set(id, [...groups.get(id) ?? [], setting]);
  }
  return [...groups.values()];
}
