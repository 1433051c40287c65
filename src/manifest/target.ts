/** Takes a target as it was written, gives the one form under which it is compared: `~/a` or `/a`, without `.`,
 * without doubled or trailing slashes; what lies in the home folder starts with `~`. */
import * as posix from "node:path/posix";
import type { Target } from "./types.ts";

/** `home` is the home folder of the scope, or null where it is another user's. */
export function normalizeTarget(written: string, home: string | null): Target {
  const path = plain(written);
  if (home === null || !path.startsWith("/") && !/^[A-Za-z]:/.test(path)) return path;
  const base = plain(home);
  return base !== "/" && path.startsWith(`${base}/`) ? `~${path.slice(base.length)}` : path;
}

function plain(written: string): string {
  const path = /^[A-Za-z]:[\\/]/.test(written) ? written.replaceAll("\\", "/") : written;
  // Most are in this form already.
  if (!/\/\.{0,2}(\/|$)/.test(path)) return path;
  return posix.normalize(path).replace(/(?<=.)\/+$/, "");
}
