/** Takes a target as it was written, gives the one form under which it is compared: `~/a` or `/a`, without `.`,
 * without doubled or trailing slashes; what lies in the home folder starts with `~`. */
import { posix } from "node:path";
import type { Target } from "./types.ts";

/** `home` is the home folder of the scope, or null where it is another user's. */
export function normalizeTarget(written: string, home: string | null): Target {
  const slashes = /^[A-Za-z]:[\\/]/.test(written) ? written.replaceAll("\\", "/") : written;
  const path = posix.normalize(slashes).replace(/(?<=.)\/+$/, "");
  if (home === null || home === "/") return path;
  const base = posix.normalize(home.replaceAll("\\", "/")).replace(/(?<=.)\/+$/, "");
  return path.startsWith(`${base}/`) ? `~${path.slice(base.length)}` : path;
}
