/** Takes what the current snapshot says and what the world is like, gives where they differ. */
import { keyOf } from "./deferred.ts";
import { equal, idOf, settingName } from "./settings.ts";
import { ABSENT, describeState, sameState } from "./state.ts";
import type { Observation, Wanted } from "./types.ts";

/** One difference. */
export interface Drift {
  readonly target: string;
  /** The role of a path, `service`, or the kind of a setting. */
  readonly kind: string;
  readonly expected: string;
  readonly found: string;
}

/** Where the world is not what was activated. What the user may edit only has to be there; a
 * link has to lead to something. */
export function driftOf(wanted: Wanted, world: Observation): Drift[] {
  const drift: Drift[] = [];
  for (const path of wanted.paths) {
    const now = world.states.get(path.path) ?? ABSENT;
    const dangling = world.dangling.has(path.path);
    const fine = path.mutable ? now.kind !== "absent" : sameState(now, path.state);
    const rewritten = fine && world.rewritten.has(path.path);
    if (fine && !dangling && !rewritten) continue;
    drift.push({
      target: path.target,
      kind: path.role,
      expected: describeState(path.state),
      found: rewritten
        ? `${describeState(now)}, whose content was edited in the store`
        : dangling
        ? `${describeState(now)}, which leads nowhere`
        : describeState(now),
    });
  }
  for (const service of wanted.services) {
    if (world.running.has(keyOf(service))) continue;
    drift.push({
      target: service.name,
      kind: "service",
      expected: "running",
      found: "not running",
    });
  }
  for (const run of wanted.runs) {
    if (!world.undone.has(run.id)) continue;
    drift.push({
      target: typeof run.command === "string" ? run.command : run.command.join(" "),
      kind: "run",
      expected: "done",
      found: `\`${run.check}\` says that it is not`,
    });
  }
  for (const setting of wanted.settings) {
    const { value: now, skipped } = world.settings.get(idOf(setting)) ?? { value: null };
    if (skipped !== undefined || equal(now, setting.value)) continue;
    drift.push({
      target: settingName(setting),
      kind: setting.kind,
      expected: JSON.stringify(setting.value),
      found: now === null ? "nothing" : JSON.stringify(now),
    });
  }
  return drift;
}
