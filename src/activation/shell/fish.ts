/** Takes an environment, gives `env.fish`. */
import {
  allVariables,
  type Environment,
  FALLBACKS,
  HEADING,
  NAMES,
  namesSet,
  OPEN_ENDED,
  type Variable,
} from "./environment.ts";

/** `_syslua_without TEXT SEPARATOR PART…` leaves the list without those parts: in `_syslua_rest` each part led by
 * a separator, in `_syslua_ahead` each followed by one. There is no command substitution, which would split values at newlines. */
const WITHOUT = `function _syslua_without
    set -g _syslua_rest ''
    set -g _syslua_ahead ''
    test -n "$argv[1]"; or return 0
    printf '%s\\0' "$argv[1]" | read -z -d "$argv[2]" -a -l parts
    for part in $parts
        contains -- "$part" $argv[3..-1]; and continue
        set _syslua_rest "$_syslua_rest$argv[2]$part"
        set _syslua_ahead "$_syslua_ahead$part$argv[2]"
    end
    if test "$_syslua_rest" = "$argv[2]"
        set _syslua_rest ''
        set _syslua_ahead ''
    end
end`;

/** The script. */
export function fishScript(environment: Environment): string {
  const { profile, scripts } = environment;
  const lines = [HEADING, WITHOUT, ...unsetting(environment)];
  for (const variable of allVariables(environment)) lines.push(...setting(variable));
  if (profile !== null) lines.push(...vendor(profile));
  for (const { path, shells } of scripts) {
    if (shells.includes("fish")) lines.push(`source ${quoteFish(path)}`);
  }
  lines.push("set -e -g _syslua_rest _syslua_ahead", "functions -e _syslua_without");
  return lines.join("\n") + "\n";
}

/** Quotes any text without NUL. */
export function quoteFish(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function unsetting(environment: Environment): string[] {
  const names = namesSet(environment);
  return [
    `if set -q ${NAMES}`,
    `    for name in (string match -ra '[A-Za-z_][A-Za-z0-9_]*' -- "$${NAMES}")`,
    `        contains -- $name ${names.join(" ")}; or set -e -g $name`,
    `    end`,
    `end`,
    names.length === 0 ? `set -e -g ${NAMES}` : `set -gx ${NAMES} ${quoteFish(names.join(" "))}`,
  ];
}

function setting({ name, op, values, separator }: Variable): string[] {
  const own = quoteFish(values.join(separator));
  if (op === "set") return [`set -gx ${name} ${own}`];
  const parts = values.flatMap((value) => value.split(separator)).map(quoteFish).join(" ");
  const fallback = FALLBACKS[name];
  const between = quoteFish(separator);
  return [
    ...(fallback === undefined ? [] : [`set -q ${name}; or set -gx ${name} ${fallback}`]),
    `_syslua_without "$${name}" ${between} ${parts}`,
    ...(OPEN_ENDED.has(name) ? [`test -n "$_syslua_rest"; or set _syslua_rest ${between}`] : []),
    op === "prepend"
      ? `set -gx ${name} ${own}"$_syslua_rest"`
      : `set -gx ${name} "$_syslua_ahead"${own}`,
  ];
}

/** Completions, functions and start-up files that packages bring for fish. */
function vendor(profile: string): string[] {
  const folder = (name: string) => quoteFish(`${profile}/share/fish/${name}`);
  const lists = [
    ["fish_complete_path", folder("vendor_completions.d")],
    ["fish_function_path", folder("vendor_functions.d")],
  ];
  return [
    ...lists.map(([list, path]) => `contains -- ${path} $${list}; or set -g -p ${list} ${path}`),
    `for file in ${folder("vendor_conf.d")}/*.fish`,
    `    source $file`,
    `end`,
  ];
}
