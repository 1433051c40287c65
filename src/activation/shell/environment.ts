/** What the env scripts of one scope do, before it is put into the words of a shell. */

import { nativePaths, type Os } from "../../system/mod.ts";

/** A variable. `values` are joined by `separator`. */
export interface Variable {
  /** The same values with paths as the system has them, where those differ. */
  readonly native?: readonly string[];
  readonly name: string;
  /** `set` gives it its value; the others add theirs to what the shell has, each once. */
  readonly op: "set" | "prepend" | "append";
  readonly values: readonly string[];
  readonly separator: string;
}

/** A script of the user's that shells source. */
export interface SourcedScript {
  readonly path: string;
  readonly shells: readonly string[];
}

export interface Environment {
  /** Whether paths are those of Windows, and lists of folders separated by `;`. */
  readonly windows?: boolean;
  /** Sorted by name. `PATH` is never `set`: a shell without the system's own programs is of no use. */
  readonly variables: readonly Variable[];
  /** The folder whose `bin` comes first on PATH; null when nothing is in it. */
  readonly profile: string | null;
  readonly scripts: readonly SourcedScript[];
}

/** Holds the names of the variables that were `set`, so that the next env script that a running shell sources
 * can unset those that it does not set itself. What they were before sys.lua is not kept. */
export const NAMES = "SYSLUA_SET";

/** First line of every env script. */
export const HEADING = "# Written by sys.lua: changes to this file are lost.";

/** The environment for shells that have the system's own form of paths: all on Windows but those of Git Bash. */
export function nativeEnvironment(environment: Environment, os: Os): Environment {
  if (os !== "windows") return environment;
  const { toNative } = nativePaths(os);
  const { profile, variables, scripts } = environment;
  return {
    windows: true,
    variables: variables.map((variable) => ({
      ...variable,
      values: variable.native ?? variable.values,
      separator: variable.separator === ":" ? ";" : variable.separator,
    })),
    profile: profile === null ? null : toNative(profile),
    scripts: scripts.map(({ path, shells }) => ({ path: toNative(path), shells })),
  };
}

/** Variables and what the profile adds to them, in the order in which they are to be done: the profile comes
 * last, and thereby first. Programs of Windows know no pages of manuals, nor XDG's folders. */
export function allVariables(environment: Environment): readonly Variable[] {
  const { profile, variables, windows = false } = environment;
  if (profile === null) return variables;
  const first = (name: string, value: string, separator: string): Variable => ({
    name,
    op: "prepend",
    values: [value],
    separator,
  });
  if (windows) return [...variables, first("PATH", `${profile}\\bin`, ";")];
  return [
    ...variables,
    first("PATH", `${profile}/bin`, ":"),
    first("MANPATH", `${profile}/share/man`, ":"),
    first("XDG_DATA_DIRS", `${profile}/share`, ":"),
  ];
}

/** What a variable means where it is not set: `MANPATH` an empty part for the system's own pages. */
export const FALLBACKS: Readonly<Record<string, string>> = {
  XDG_DATA_DIRS: "/usr/local/share:/usr/share",
};

/** Variables in which an empty part at the end stands for the system's own. */
export const OPEN_ENDED: ReadonlySet<string> = new Set(["MANPATH"]);

/** Names of the variables that are `set`, for `SYSLUA_SET`. */
export function namesSet({ variables }: Environment): string[] {
  return variables.filter(({ op }) => op === "set").map(({ name }) => name);
}

/** The environment of a program that is started in it. */
export function environmentOf(
  environment: Environment,
  base: Readonly<Record<string, string>>,
): Record<string, string> {
  const result: Record<string, string> = { ...base };
  for (const { name, op, values, separator } of allVariables(environment)) {
    const own = values.join(separator);
    if (op === "set") {
      result[name] = own;
      continue;
    }
    const parts = values.flatMap((value) => value.split(separator));
    const before = result[name] || FALLBACKS[name] || "";
    const rest = before === ""
      ? []
      : before.split(separator).filter((part) => !parts.includes(part));
    const others = rest.join(separator);
    if (others === "") result[name] = OPEN_ENDED.has(name) ? own + separator : own;
    else result[name] = op === "prepend" ? own + separator + others : others + separator + own;
  }
  return result;
}
