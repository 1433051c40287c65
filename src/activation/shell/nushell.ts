/** Takes an environment, gives `env.nu`. */
import {
  allVariables,
  type Environment,
  FALLBACKS,
  HEADING,
  NAMES,
  namesSet,
  type Variable,
} from "./environment.ts";

/** The script. */
export function nushellScript(environment: Environment): string {
  const names = namesSet(environment);
  const lines = [
    HEADING,
    `for name in ($env.${NAMES}? | default "" | split row " ") {`,
    `  if $name != "" and $name not-in [${
      names.map(quoteNushell).join(" ")
    }] { hide-env -i $name }`,
    `}`,
    `$env.${NAMES} = ${quoteNushell(names.join(" "))}`,
    ...allVariables(environment).map(setting),
  ];
  for (const { path, shells } of environment.scripts) {
    if (shells.includes("nushell")) lines.push(`source ${quoteNushell(path)}`);
  }
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
  const own = values.map(quoteNushell).join(" ");
  if (op === "set") return `$env.${name} = ${quoteNushell(values.join(separator))}`;
  const parts = values.flatMap((value) => value.split(separator)).map(quoteNushell).join(" ");
  const between = quoteNushell(separator);
  const add = op === "prepend" ? "prepend" : "append";
  const fallback = quoteNushell(FALLBACKS[name] ?? "");
  // PATH is a list in Nushell, or a text when it was never touched; other variables are texts.
  const list = `$env.${name}? | default ${fallback}`;
  const split =
    `do {|list| if ($list | describe) == "string" { $list | split row ${between} } else { $list } }`;
  const rest = `${split} (${list}) | where {|part| $part != "" and $part not-in [${parts}] }`;
  const all = `(${rest} | ${add} [${own}])`;
  return name === "PATH" ? `$env.PATH = ${all}` : `$env.${name} = (${all} | str join ${between})`;
}
