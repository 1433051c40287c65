/** Takes what is wanted, gives the same less or more of it. */
import { dirname } from "node:path/posix";
import { SysError } from "../errors.ts";
import { objectsIn } from "../store/names.ts";
import { equal, idOf, settingName } from "./settings.ts";
import type { Wanted, WantedPath, WantedSetting } from "./types.ts";

/** Nothing is wanted: what `destroy` plans for. */
export const NOTHING: Wanted = {
  paths: [],
  runs: [],
  services: [],
  settings: [],
  env: {},
  objects: [],
};

/** What is wanted, without some targets (as the user wrote them), and without the services whose units they are. */
export function withoutTargets(wanted: Wanted, targets: ReadonlySet<string>): Wanted {
  if (targets.size === 0) return wanted;
  const left = new Set<string>();
  const paths = wanted.paths.filter(({ target, path }) => {
    const skipped = targets.has(target) || isBelow(path, targets);
    if (skipped) left.add(path);
    return !skipped;
  });
  return { ...wanted, paths, services: wanted.services.filter(({ unit }) => !left.has(unit)) };
}

/** What is wanted, with some paths that were wanted before. */
export function leaving(wanted: Wanted, left: readonly WantedPath[]): Wanted {
  if (left.length === 0) return wanted;
  const objects = [...new Set([...wanted.objects, ...objectsOf(left)])].sort();
  return { ...wanted, paths: [...wanted.paths, ...left], objects };
}

/** Objects that links lead to. */
export function objectsOf(paths: readonly WantedPath[]) {
  return objectsIn(paths.flatMap(({ state }) => state.kind === "link" ? [state.to] : []));
}

/** Whether a folder above a path is left as it is. */
function isBelow(path: string, targets: ReadonlySet<string>): boolean {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if (targets.has(folder)) return true;
  }
  return false;
}

/**
 * What several scopes want together.
 * @throws SysError of kind "config" when two want different things at the same path
 */
export function together(parts: readonly Wanted[]): Wanted {
  if (parts.length === 1) return parts[0];
  const known = new Map<string, WantedPath>();
  for (const path of parts.flatMap(({ paths }) => paths)) {
    const other = known.get(path.path);
    if (other !== undefined) refuseTwo(other, path);
    known.set(path.path, path);
  }
  return {
    paths: [...known.values()],
    runs: parts.flatMap(({ runs }) => runs),
    services: parts.flatMap(({ services }) => services),
    settings: settingsOf(parts),
    env: Object.assign({}, ...parts.map(({ env }) => env)),
    objects: [...new Set(parts.flatMap(({ objects }) => objects))].sort(),
  };
}

/** Lets two wants of one path pass when they are the same, owner included. */
export function refuseTwo(one: WantedPath, other: WantedPath): void {
  const what = ({ state, owner }: WantedPath) => JSON.stringify([state, owner]);
  if (what(one) === what(other)) return;
  throw new SysError("config", `Cannot put two things at ${other.target}`, {
    ...(other.place ? { place: other.place } : {}),
    notes: [one, other].map(({ by, place }) => place ? `${by} at ${place.file}:${place.line}` : by),
    hint: one.path === other.path
      ? "declare it once, or give one of them another target"
      : `${one.target} and ${other.target} are one name on this system`,
  });
}

/** Each setting once: of the machine's own several users' blocks may want the same. */
function settingsOf(parts: readonly Wanted[]): WantedSetting[] {
  const known = new Map<string, WantedSetting>();
  for (const setting of parts.flatMap(({ settings }) => settings)) {
    const other = known.get(idOf(setting));
    if (other === undefined) known.set(idOf(setting), setting);
    else refuseTwoValues(other, setting);
  }
  return [...known.values()];
}

/** Lets two wants of one setting pass when they are the same. */
export function refuseTwoValues(one: WantedSetting, other: WantedSetting): void {
  if (equal(one.value, other.value)) return;
  throw new SysError("config", `Cannot give ${settingName(other)} two values`, {
    ...(other.place ? { place: other.place } : {}),
    notes: [one, other].map(({ by, value, place }) =>
      `${JSON.stringify(value)} by ${by}${place ? ` at ${place.file}:${place.line}` : ""}`
    ),
    hint: "declare it once",
  });
}
