/** Takes a path as a person, a variable or a config names it, gives it in the form that it has inside. */
import { resolve } from "node:path/posix";
import type { Host } from "./host.ts";
import { nativePaths } from "./native_path.ts";

/** Absolute; a relative one starts in the folder that the command was started in. */
export function namedPath({ os, cwd }: Pick<Host, "os" | "cwd">, named: string): string {
  return resolve(cwd, nativePaths(os).fromNative(named));
}

/** The path in a variable of the user's; undefined where there is none. */
export function variablePath(
  host: Pick<Host, "os" | "cwd" | "env">,
  variable: string,
): string | undefined {
  const value = host.env(variable);
  return value === undefined || value === "" ? undefined : namedPath(host, value);
}
