/** Takes a shell script, gives what in it bash 3.2 (the one that macOS has) does not know. Source of the versions: the
 * file `NEWS` of bash. What is in single quotes is no code; the scripts that are looked at have no here-documents. */

/** What came after 3.2, and the version that brought it. */
const NEWER: readonly (readonly [RegExp, string])[] = [
  [/\b(declare|typeset|local)\s+-\w*A/, "4.0: associative arrays"],
  [/\b(mapfile|readarray|coproc)\b/, "4.0: mapfile, coproc"],
  [/\$\{\w+(\[[^\]]*\])?[\^,]/, "4.0: changing case in an expansion"],
  [/\|&|&>>/, "4.0: |& and &>>"],
  [/;;?&/, "4.0: falling through in case"],
  [/\bshopt\s+-s\s+(globstar|autocd|dirspell)\b/, "4.0: options"],
  [/\{-?\w+\.\.-?\w+\.\.-?\w+\}/, "4.0: steps in brace expansions"],
  [/\bread\s+(-\w+\s+)*-\w*[iN]/, "4.0: read -i, read -N"],
  [/\bread\s+(-\w+\s+)*-t\s*\d*\.\d/, "4.0: parts of seconds in read -t"],
  [/\bBASHPID\b/, "4.0: BASHPID"],
  [/\{[A-Za-z_]\w*\}[<>]/, "4.1: file descriptors in variables"],
  [/\bprintf\s+-v\s*\w+\[/, "4.1: printf -v into an array"],
  [/\[\[?\s+-v\s/, "4.2: -v"],
  [/%\([^)]*\)T/, "4.2: dates in printf"],
  [/\b(declare|typeset)\s+-\w*g/, "4.2: declare -g"],
  [/\$\{\w+:[^}:]*:\s*-/, "4.2: negative lengths in an expansion"],
  [/\bshopt\s+-s\s+lastpipe\b/, "4.2: lastpipe"],
  [/\b(declare|typeset|local)\s+-\w*n/, "4.3: references to variables"],
  [/\bwait\s+-n\b/, "4.3: wait -n"],
  [/\$\{\w+(\[[^\]]*\])?@\w\}/, "4.4: transformations of parameters"],
  [/\blocal\s+-\s/, "4.4: local -"],
  [/\b(EPOCHSECONDS|EPOCHREALTIME|BASH_ARGV0)\b/, "5.0: variables"],
  [/\bSRANDOM\b|\bwait\s+-p\b/, "5.1: SRANDOM, wait -p"],
];

/** Line number and reason of each finding. */
export function newerThanBash3(script: string): string[] {
  const code = script.replace(
    /\\[\s\S]|"(?:\\[\s\S]|[^"\\])*"|'[^']*'/g,
    (text) => text.startsWith("'") ? text.replace(/[^\n]/g, "") : text,
  );
  return code.split("\n").flatMap((line, n) =>
    NEWER.filter(([pattern]) => pattern.test(line)).map(([, why]) => `${n + 1}: ${why}`)
  );
}
