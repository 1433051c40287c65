/** Names of environment variables: on Windows `Path` and `PATH` are one. Takes a table, gives what is in it. */
import type { Os } from "./host.ts";

type Variables = Readonly<Record<string, string>>;

/** The value of a variable; the last one where a table has several of its names. */
export function envValue(env: Variables, name: string, os: Os): string | undefined {
  if (os !== "windows") return env[name];
  return Object.entries(env).findLast(([key]) => key.toUpperCase() === name.toUpperCase())?.[1];
}

/** The table with each variable once, by the name and with the value that comes last. */
export function onceEach(env: Variables, os: Os): Record<string, string> {
  if (os !== "windows") return { ...env };
  const last = new Map(Object.keys(env).map((name) => [name.toUpperCase(), name]));
  return Object.fromEntries([...last.values()].map((name) => [name, env[name]]));
}
