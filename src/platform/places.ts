/** Takes facts about the machine and the user, gives where sys.lua keeps things. Pure. */
import { isAbsolute, join, normalize } from "node:path/posix";
import type { Host } from "../system/host.ts";
import { nativePaths } from "../system/native_path.ts";

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

/** On macOS `/` is read-only. */
const SYSTEM_ROOTS = { linux: "/syslua", darwin: "/opt/syslua", windows: "/c/syslua" } as const;

/** What of the host matters here. */
export type PlacesHost = Pick<Host, "os" | "elevated" | "home" | "env">;

/** The same on macOS as on Linux: a blank in the path of a store, as in `Application Support`, breaks `#!` lines and
 * what builds with make. `SYSLUA_ROOT` and `SYSLUA_CACHE` decide where they are set; then the XDG variables where they
 * are absolute. */
export function places(host: PlacesHost): Places {
  const { os, elevated, home } = host;
  const { fromNative } = nativePaths(os);
  const set = (name: string) => {
    const value = fromNative(host.env(name) ?? "");
    return isAbsolute(value) ? normalize(value) : undefined;
  };
  // `sudo -E` leaves those of whoever called it, in whose home root has no cache.
  const ofUser = (name: string) => {
    const value = set(name);
    return elevated && !value?.startsWith(join(home, "/")) ? undefined : value;
  };
  const systemRoot = SYSTEM_ROOTS[os];
  const local = set("LOCALAPPDATA") ?? join(home, "AppData", "Local");
  const own = os === "windows"
    ? join(local, "syslua")
    : join(set("XDG_DATA_HOME") ?? join(home, ".local", "share"), "syslua");
  const cache = ofUser("XDG_CACHE_HOME") ??
    join(...os === "windows" ? [local, "Temp"] : [home, ".cache"]);
  const config = elevated && os !== "windows"
    ? "/etc/syslua"
    : join(set("XDG_CONFIG_HOME") ?? join(home, ".config"), "syslua");
  return {
    root: withoutSlash(set("SYSLUA_ROOT") ?? (elevated ? systemRoot : own)),
    systemRoot,
    cache: withoutSlash(set("SYSLUA_CACHE") ?? join(cache, "syslua")),
    config,
    home: withoutSlash(home),
  };
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}
