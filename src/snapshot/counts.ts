/** Takes the texts of a snapshot's entries and of those before, counts the things that differ. */
import type { WantedPath, WantedService, WantedSetting } from "../plan/types.ts";
import type { Lines } from "./edits.ts";
import type { ListName } from "./lists.ts";
import type { Counts, Snapshot, SnapshotNumber } from "./types.ts";

/** A thing of each list, as a text that changes when it does. */
const THINGS: Partial<Record<ListName, (line: string) => string>> = {
  derivations: (line) => {
    const { name, outputs } = JSON.parse(line) as Snapshot["derivations"][number];
    return `package ${name} ${JSON.stringify(outputs)}`;
  },
  paths: (line) => {
    const { path, state } = JSON.parse(line) as WantedPath;
    return `path ${path} ${JSON.stringify(state)}`;
  },
  env: (line) => `env ${line}`,
  services: (line) => {
    const { name, digest } = JSON.parse(line) as WantedService;
    return `service ${name} ${digest}`;
  },
  settings: (line) => {
    const { kind, key, value } = JSON.parse(line) as WantedSetting;
    return `${kind} ${key} ${JSON.stringify(value)}`;
  },
  runs: (line) => `run ${JSON.parse(line).id}`,
};

/** What paths of these roles hold is counted as packages and variables. */
const COUNTED_ELSEWHERE = /"role":"(profile|shell)"/;

/** Counts. Only entries whose texts differ are looked into. */
export function countsOf(
  before: { readonly number: SnapshotNumber; readonly lines: Lines } | null,
  lines: Lines,
): Counts {
  let things = 0;
  const now = new Set<string>(), then = new Set<string>();
  for (const [name, thingOf] of Object.entries(THINGS) as [ListName, (line: string) => string][]) {
    const counted = (all: readonly string[]) =>
      name === "paths" ? all.filter((line) => !COUNTED_ELSEWHERE.test(line)) : all;
    const mine = counted(lines[name]), theirs = counted(before?.lines[name] ?? []);
    things += mine.length;
    if (before === null) continue;
    const known = new Set(theirs), stays = new Set(mine);
    for (const line of mine) if (!known.has(line)) now.add(thingOf(line));
    for (const line of theirs) if (!stays.has(line)) then.add(thingOf(line));
  }
  if (before === null) return { things, since: null, added: things, removed: 0 };
  return {
    things,
    since: before.number,
    added: [...now].filter((thing) => !then.has(thing)).length,
    removed: [...then].filter((thing) => !now.has(thing)).length,
  };
}
