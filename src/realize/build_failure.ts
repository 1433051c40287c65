/** Takes what ended a build, gives the error that says so: which derivation, where it was declared, the log's end. */
import { messageOf, type Place, SysError } from "../errors.ts";
import type { Derivation } from "../manifest/types.ts";
import type { BuildLog } from "./log.ts";

/** The error of a build; what is no error of ours stays as it is. `kept`: where its scratch lies from now on. */
export function buildFailure(
  derivation: Derivation,
  thrown: unknown,
  log: BuildLog,
  kept: string | null,
): unknown {
  if (!(thrown instanceof SysError)) return thrown;
  const own = /^Cannot build [^:]+: /;
  const place: Place = thrown.place ?? derivation.place;
  const lines = log.last.filter((line) => !thrown.notes.includes(line));
  log.line(`failed: ${messageOf(thrown)}`);
  return new SysError(
    thrown.kind === "fetch" ? "fetch" : "build",
    `Cannot build ${derivation.name}: ${thrown.message.replace(own, "")}`,
    {
      place,
      hint: [thrown.hint, `\`sys log ${derivation.name}\` shows all of its output`]
        .filter((part) => part !== undefined).join("; "),
      notes: [
        ...declaration(derivation, place),
        ...thrown.notes,
        ...lines,
        ...kept === null ? [] : [`its folder is kept: ${kept}`],
      ],
      cause: thrown,
    },
  );
}

/** The lines of the user's that declare a derivation, where the error is not in the only one. */
function declaration({ place, callers = [] }: Derivation, failed: Place): string[] {
  const lines = [place, ...callers].map(({ file, line }) => `${file}:${line}`);
  if (lines.length === 1 && lines[0] === `${failed.file}:${failed.line}`) return [];
  return lines.map((line, n) => n === 0 ? `declared at ${line}` : `called at ${line}`);
}
