/** Takes an environment, gives `env.nu`. */
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

/** `_syslua_with NOW BETWEEN OWN FIRST OPEN LIST` gives a list with `OWN` in it, once: as a list where it was one or
 * `LIST` says so, else as a text. `OPEN`: without others it ends with an empty part. */
const WITH =
  `def _syslua_with [now: any, between: string, own: list<string>, first: bool, open: bool, list: bool] {
  let text = ($now | describe) == "string"
  let before = if not $text { $now } else if $now == "" { [] } else { $now | split row $between }
  let rest = ($before | where {|part| $part not-in $own })
  let alone = ($rest | str join $between) == ""
  let all = if $alone { if $open { $own | append "" } else { $own }
    } else if $first { $own | append $rest } else { $rest | append $own }
  if $list or not $text { $all } else { $all | str join $between }
}`;

/** The script. */
export function nushellScript(environment: Environment): string {
  const names = namesSet(environment);
  const lines = [
    HEADING,
    WITH,
    `for name in ($env.${NAMES}? | default "" | split row " ") {`,
    `  if $name != "" and $name not-in [${
      names.map(quoteNushell).join(" ")
    }] { hide-env -i $name }`,
    `}`,
    names.length === 0
      ? `hide-env -i ${NAMES}`
      : `$env.${NAMES} = ${quoteNushell(names.join(" "))}`,
    ...allVariables(environment).map(setting),
  ];
  for (const { path, shells } of environment.scripts) {
    if (shells.includes("nushell")) lines.push(`source ${quoteNushell(path)}`);
  }
  lines.push("hide _syslua_with");
  return lines.join("\n") + "\n";
}

/** Quotes any text. */
export function quoteNushell(text: string): string {
  // deno-lint-ignore no-control-regex
  const escaped = text.replace(/[\\"]/g, "\\$&").replace(/[\x00-\x1f\x7f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return `\\u{${code}}`;
  });
  return `"${escaped}"`;
}

function setting({ name, op, values, separator }: Variable): string {
  if (op === "set") return `$env.${name} = ${quoteNushell(values.join(separator))}`;
  const own = values.flatMap((value) => value.split(separator)).map(quoteNushell).join(" ");
  const now = `($env.${name}? | default ${quoteNushell(FALLBACKS[name] ?? "")})`;
  // PATH is a list in Nushell, or a text when it was never touched; others are lists where the user says so.
  const flags = [op === "prepend", OPEN_ENDED.has(name), name === "PATH"].join(" ");
  return `$env.${name} = (_syslua_with ${now} ${quoteNushell(separator)} [${own}] ${flags})`;
}
