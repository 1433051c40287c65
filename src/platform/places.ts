/** Takes facts about the machine and the user, gives where sys.lua keeps things. Pure. */
import { posix, win32 } from "node:path";
import type { Host } from "../system/host.ts";

export interface Places {
  /** Store, snapshots, journal, profile, env scripts. */
  readonly root: string;
  /** The system's root, whose store every user may use. */
  readonly systemRoot: string;
  /** Downloads and inputs: what may be lost. */
  readonly cache: string;
  /** Folder of the default configuration. */
  readonly config: string;
  readonly home: string;
}

/** What of the host matters here. */
export type PlacesHost = Pick<Host, "os" | "elevated" | "home" | "env">;

/** `SYSLUA_ROOT` and `SYSLUA_CACHE` decide where they are set; then the XDG variables where they are absolute. */
export function places(host: PlacesHost): Places {
  const { os, elevated, home } = host;
  const path = os === "windows" ? win32 : posix;
  const set = (name: string) => {
    const value = host.env(name);
    return value !== undefined && path.isAbsolute(value) ? path.normalize(value) : undefined;
  };
  const systemRoot = os === "windows" ? "C:\\syslua" : "/syslua";
  const local = set("LOCALAPPDATA") ?? path.join(home, "AppData", "Local");
  const own = os === "windows"
    ? path.join(local, "syslua")
    : os === "darwin"
    ? path.join(home, "Library", "Application Support", "syslua")
    : path.join(set("XDG_DATA_HOME") ?? path.join(home, ".local", "share"), "syslua");
  const cache = set("XDG_CACHE_HOME") ??
    (os === "windows"
      ? path.join(local, "Temp")
      : os === "darwin"
      ? path.join(home, "Library", "Caches")
      : path.join(home, ".cache"));
  const config = elevated && os !== "windows"
    ? "/etc/syslua"
    : path.join(set("XDG_CONFIG_HOME") ?? path.join(home, ".config"), "syslua");
  return {
    root: withoutSlash(set("SYSLUA_ROOT") ?? (elevated ? systemRoot : own)),
    systemRoot,
    cache: withoutSlash(set("SYSLUA_CACHE") ?? path.join(cache, "syslua")),
    config,
    home: withoutSlash(home),
  };
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/[\\/]+$/, "") : path;
}
