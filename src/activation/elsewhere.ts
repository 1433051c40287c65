/** Takes what is wanted and managed, asks the platform for what is no path: services and settings. */
import type { Json } from "../manifest/types.ts";
import { keyOf } from "../plan/deferred.ts";
import { idOf } from "../plan/settings.ts";
import type { Current, Wanted } from "../plan/types.ts";
import type { Powers } from "../platform/powers.ts";
import type { ObservedElsewhere } from "./observe.ts";

/** Asks for each service whether it runs, and for each setting its value. Where there are none, nothing is asked. */
export async function observeElsewhere(
  powers: Pick<Powers, "services" | "settings">,
  wanted: Wanted,
  current: Pick<Current, "wanted"> | null,
): Promise<ObservedElsewhere> {
  const services = new Map(
    [...current?.wanted.services ?? [], ...wanted.services].map((one) => [keyOf(one), one]),
  );
  const settings = new Map(
    [...current?.wanted.settings ?? [], ...wanted.settings].map((one) => [idOf(one), one]),
  );
  const running = new Set<string>(), values = new Map<string, Json>();
  await Promise.all([
    ...[...services].map(async ([key, { name, user, unit }]) => {
      if (await powers.services.running(name, user, unit)) running.add(key);
    }),
    ...[...settings].map(async ([id, { kind, key, value }]) => {
      values.set(id, await powers.settings.get(kind, key, value));
    }),
  ]);
  return { running, settings: values };
}
