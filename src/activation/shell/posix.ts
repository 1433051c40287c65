/** Takes an environment, gives `env.sh` for sh, bash and zsh.
 *
 * Runs under `set -eu` and under zsh's own options too; uses nothing that dash does not have, starts no program. */
import {
  allVariables,
  type Environment,
  FALLBACKS,
  HEADING,
  NAMES,
  namesSet,
  OPEN_ENDED,
  type SourcedScript,
  type Variable,
} from "./environment.ts";
import { shellWord } from "../../manifest/shell_word.ts";

/** `_syslua_without LIST SEPARATOR PART` leaves in `_syslua_list` the list without that part. */
const WITHOUT = `_syslua_without() {
  _syslua_list="$2$1$2"
  while :; do
    case "$_syslua_list" in
      *"$2$3$2"*)
        _syslua_list="\${_syslua_list%%"$2$3$2"*}$2\${_syslua_list#*"$2$3$2"}" ;;
      *) break ;;
    esac
  done
  _syslua_list="\${_syslua_list#"$2"}"
  _syslua_list="\${_syslua_list%"$2"}"
}`;

const GUARDS: Readonly<Record<string, string>> = {
  sh: `[ -z "\${BASH_VERSION-}\${ZSH_VERSION-}" ]`,
  bash: `[ -n "\${BASH_VERSION-}" ]`,
  zsh: `[ -n "\${ZSH_VERSION-}" ]`,
};

/** The script. */
export function posixScript(environment: Environment): string {
  const { profile, scripts } = environment;
  const lines = [HEADING, WITHOUT, ...unsetting(environment)];
  for (const variable of allVariables(environment)) lines.push(...setting(variable));
  if (profile !== null) {
    lines.push(
      `if ${GUARDS.zsh}; then`,
      ...adding("FPATH", [`${profile}/share/zsh/site-functions`], ":", "prepend")
        .map((line) => `  ${line}`),
      "fi",
    );
  }
  for (const script of scripts) lines.push(...sourcing(script));
  lines.push(
    "unset _syslua_list _syslua_old _syslua_name 2>/dev/null || :",
    "unset -f _syslua_without",
  );
  return lines.join("\n") + "\n";
}

function unsetting(environment: Environment): string[] {
  const names = namesSet(environment);
  const kept = names.length === 0 ? [] : [`    ${names.join("|")}) ;;`];
  return [
    `_syslua_old="\${${NAMES}-}"`,
    `while [ -n "$_syslua_old" ]; do`,
    `  _syslua_name="\${_syslua_old%% *}"`,
    `  case "$_syslua_old" in`,
    `    *" "*) _syslua_old="\${_syslua_old#* }" ;;`,
    `    *) _syslua_old= ;;`,
    `  esac`,
    `  case "$_syslua_name" in`,
    `    ""|[0-9]*|*[!A-Za-z0-9_]*) ;;`,
    ...kept,
    `    *) unset "$_syslua_name" ;;`,
    `  esac`,
    `done`,
    names.length === 0 ? `unset ${NAMES}` : `export ${NAMES}=${shellWord(names.join(" "))}`,
  ];
}

function setting({ name, op, values, separator }: Variable): string[] {
  if (op === "set") return [`export ${name}=${shellWord(values.join(separator))}`];
  return [...adding(name, values, separator, op), `export ${name}`];
}

function adding(
  name: string,
  values: readonly string[],
  separator: string,
  op: "prepend" | "append",
): string[] {
  const between = shellWord(separator);
  const text = values.join(separator);
  const fallback = FALLBACKS[name];
  let list = fallback === undefined ? `"\${${name}-}"` : `"\${${name}:-${fallback}}"`;
  const lines = values.flatMap((value) => value.split(separator)).map((part) => {
    const line = `_syslua_without ${list} ${between} ${shellWord(part)}`;
    list = `"$_syslua_list"`;
    return line;
  });
  const joined = op === "prepend"
    ? shellWord(text + separator) + list
    : list + shellWord(separator + text);
  if (OPEN_ENDED.has(name)) return [...lines, `${name}=${joined}`];
  return [
    ...lines,
    `if [ -n "$_syslua_list" ]; then ${name}=${joined}; else ${name}=${shellWord(text)}; fi`,
  ];
}

function sourcing({ path, shells }: SourcedScript): string[] {
  const guards = shells.flatMap((shell) => GUARDS[shell] ?? []);
  if (guards.length === 0) return [];
  const source = `. ${shellWord(path)}`;
  if (guards.length === Object.keys(GUARDS).length) return [source];
  return [`if ${guards.join(" || ")}; then ${source}; fi`];
}
