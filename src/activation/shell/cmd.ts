/** Takes an environment, gives `env.cmd` for cmd.exe: `call <root>\env.cmd`.
 *
 * What cmd can't say is left out, with a line that tells so: texts with control characters, lines of more than 8,191
 * characters, and parts of lists with `%`, `=`, `!` or `"`, which it can't search for. It starts no program, unless
 * there are characters beyond ASCII: cmd reads its scripts in the code page of the console. */
import {
  allVariables,
  type Environment,
  HEADING,
  NAMES,
  namesSet,
  type Variable,
} from "./environment.ts";

/** Characters in a line (Microsoft, "Command prompt line string limitation"). */
const MOST = 8_191;

/** The script. */
export function cmdScript(environment: Environment): string {
  const names = namesSet(environment);
  const lines = [
    `@rem ${HEADING.slice(2)}`,
    `@for %%a in (%${NAMES}%) do @set "%%a="`,
    `@set "${NAMES}=${names.join(" ")}"`,
    ...allVariables(environment).flatMap((variable) => possible(variable, setting(variable))),
    ...environment.scripts.filter(({ shells }) => shells.includes("cmd"))
      .flatMap(({ path }) => giving(path, (text) => `call "${text}"`)),
    '@set "_syslua_list="',
  ];
  const script = `${lines.join("\r\n")}\r\n`;
  // deno-lint-ignore no-control-regex
  return /^[\x00-\x7f]*$/.test(script) ? script : inUtf8(script);
}

/** The console's code page is another one's afterwards, too. */
function inUtf8(script: string): string {
  const chcp = "%SystemRoot%\\System32\\chcp.com";
  return [
    `@for /f "tokens=2 delims=:." %%a in ('${chcp}') do @set "_syslua_page=%%a"`,
    `@${chcp} 65001 >nul`,
    `${script}@${chcp} %_syslua_page% >nul`,
    '@set "_syslua_page="',
    "",
  ].join("\r\n");
}

/** The lines, or what is said in their place. */
function possible({ name, values }: Variable, lines: readonly string[] | null): readonly string[] {
  // deno-lint-ignore no-control-regex
  const unsaid = values.some((value) => /[\x00-\x08\x0a-\x1f\x7f]/.test(value));
  if (lines !== null && !unsaid && lines.every((line) => line.length <= MOST)) return lines;
  return [`@rem ${name} is left out: cmd can't say its value`];
}

function setting({ name, op, values, separator }: Variable): readonly string[] | null {
  const own = values.join(separator);
  if (op === "set") return giving(own, (text) => `set "${name}=${text}"`);
  const parts = values.flatMap((value) => value.split(separator));
  if ([...parts, separator].some((part) => /[%=!"]/.test(part))) return null;
  const list = "%_syslua_list%";
  return [
    `@set "_syslua_list=${separator}%${name}%${separator}"`,
    ...parts.map((part) =>
      `@set "_syslua_list=%_syslua_list:${separator}${part}${separator}=${separator}%"`
    ),
    `@set "_syslua_list=%_syslua_list:~${separator.length},-${separator.length}%"`,
    `@if defined _syslua_list set "${name}=${
      op === "prepend" ? own + separator + list : list + separator + own
    }"`,
    `@if not defined _syslua_list set "${name}=${own}"`,
  ];
}

/** A line with a text in quotes. Where the console has delayed expansion (`cmd /v:on`), `!` means something there:
 * only then are two of them nothing. */
function giving(text: string, line: (escaped: string) => string): string[] {
  const plain = line(escaped(text, false));
  if (!text.includes("!")) return [`@${plain}`];
  return [`@if "!!"=="" ${line(escaped(text, true))}`, `@if not "!!"=="" ${plain}`];
}

/** A text between quotes. Its own quotes end and begin what cmd takes as it is. */
function escaped(text: string, delayed: boolean): string {
  let quoted = true;
  return [...text].map((character) => {
    if (character === '"') quoted = !quoted;
    if (character === "%") return "%%";
    if (character === "!" && delayed) return quoted ? "^!" : "^^^!";
    if (character === "^") return (delayed ? "^^" : "^").repeat(quoted ? 1 : 2);
    return !quoted && /[&|<>()]/.test(character) ? `^${character}` : character;
  }).join("");
}
