/** Takes the paths that a config wants, refuses those in sys.lua's own places, also where links lead there. */
import { basename, dirname, join } from "node:path/posix";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import type { WantedPath } from "../plan/types.ts";
import type { ReadFs } from "../system/mod.ts";

/** What sys.lua puts there itself. */
const OWN_ROLES = new Set<WantedPath["role"]>(["profile", "shell"]);

/** @throws SysError of kind "config" when a target lies in the root, the system's root or the cache */
export function refuseOwnPlaces(
  { system: { fs }, places: { root, systemRoot, cache } }: Pick<Machine, "system" | "places">,
  paths: readonly WantedPath[],
): void {
  const resolve = resolver(fs);
  const own = [...new Set([root, systemRoot, cache].flatMap((place) => [place, resolve(place)]))];
  for (const { path, target, role, place } of paths) {
    if (OWN_ROLES.has(role)) continue;
    const real = join(resolve(dirname(path)), basename(path));
    const inside = own.find((one) => isInside(path, one) || isInside(real, one));
    if (inside === undefined) continue;
    throw new SysError("config", `Cannot put anything at ${target}: ${inside} is sys.lua's own`, {
      ...(place ? { place } : {}),
      hint: "choose another target",
    });
  }
}

/** Whether a path is a folder, or lies in it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : folder + "/");
}

/** Resolves the links of a path, as far as it exists; each folder once. */
function resolver(fs: ReadFs): (path: string) => string {
  const known = new Map<string, string>();
  const resolve = (path: string): string => {
    const found = known.get(path);
    if (found !== undefined) return found;
    let real: string;
    try {
      real = fs.realPath(path);
    } catch {
      real = dirname(path) === path ? path : join(resolve(dirname(path)), basename(path));
    }
    known.set(path, real);
    return real;
  };
  return resolve;
}
