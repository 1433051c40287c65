/** Takes what is wanted, gives the same less or more of it. */
import type { Wanted } from "./types.ts";

/** Nothing is wanted: what `destroy` plans for. */
export const NOTHING: Wanted = {
  paths: [],
  runs: [],
  services: [],
  settings: [],
  env: {},
  objects: [],
};

/** What is wanted, without some targets (as the user wrote them). */
export function withoutTargets(wanted: Wanted, targets: ReadonlySet<string>): Wanted {
  return { ...wanted, paths: wanted.paths.filter(({ target }) => !targets.has(target)) };
}

/** What several scopes want together. @param parts of which no two want the same path */
export function together(parts: readonly Wanted[]): Wanted {
  if (parts.length === 1) return parts[0];
  return {
    paths: parts.flatMap(({ paths }) => paths),
    runs: parts.flatMap(({ runs }) => runs),
    services: parts.flatMap(({ services }) => services),
    settings: parts.flatMap(({ settings }) => settings),
    env: Object.assign({}, ...parts.map(({ env }) => env)),
    objects: [...new Set(parts.flatMap(({ objects }) => objects))].sort(),
  };
}
