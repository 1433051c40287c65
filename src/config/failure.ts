/** Takes an error as Lua describes it, gives the error that people see: with the line of the source it is in. */
import { type ErrorDetails, type Place, SysError } from "../errors.ts";

/** What `stdlib/report.lua` tells of an error. */
export interface LuaFailure {
  readonly message: string;
  readonly hint?: string;
  /** What to point at in the line. */
  readonly word?: string;
  readonly file?: string;
  readonly line?: number;
  readonly within?: string;
  readonly frames: readonly {
    readonly file: string;
    readonly line: number;
    readonly name?: string;
  }[];
}

/** `textOf` gives a file as it is shown, or null when it is not at hand. */
export function failure(
  failed: LuaFailure,
  textOf: (file: string) => string | null,
): SysError {
  const details: { -readonly [Key in keyof ErrorDetails]: ErrorDetails[Key] } = {};
  if (failed.hint !== undefined) details.hint = failed.hint;
  if (failed.file !== undefined && failed.line !== undefined) {
    details.place = placeIn(textOf(failed.file), {
      file: failed.file,
      line: failed.line,
      ...(failed.within === undefined ? {} : { within: failed.within }),
    }, failed.word ?? namedIn(failed.message));
  }
  const trace = failed.frames.filter((frame, index) =>
    index > 0 || frame.file !== failed.file || frame.line !== failed.line
  );
  if (trace.length > 0) details.notes = withoutRepeats(trace.map(describe));
  return new SysError("config", failed.message, details);
}

/** Adds column and excerpt to a place. */
export function placeIn(text: string | null, place: Place, word?: string): Place {
  const lines = text?.split("\n");
  const line = lines?.[place.line - 1];
  if (lines === undefined || line === undefined) return place;
  const next = lines[place.line];
  const opens = /[{(]\s*$/.test(line) && next !== undefined && next.trim() !== "";
  return {
    ...place,
    column: columnOf(line, word),
    excerpt: (opens ? [line, next] : [line]).map((text) => text.replace(/\r$/, "")),
  };
}

/** Where the word stands in a line, else where the line's text starts; from 1. */
function columnOf(line: string, word?: string): number {
  const start = line.search(/\S/) + 1 || 1;
  if (word === undefined || word === "") return start;
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const whole = new RegExp(`(?<![A-Za-z0-9_])${escaped}(?![A-Za-z0-9_])`).exec(line);
  const found = whole?.index ?? line.indexOf(word);
  return found < 0 ? start : found + 1;
}

/** The name that Lua says is at fault: `… a nil value (field 'x')`. */
function namedIn(message: string): string | undefined {
  return /\((?:field|local|global|upvalue|method) '(\w+)'\)/.exec(message)?.[1];
}

/** A function that calls itself is shown once. */
function withoutRepeats(lines: readonly string[]): string[] {
  const result: string[] = [];
  for (let index = 0; index < lines.length;) {
    let next = index + 1;
    while (lines[next] === lines[index]) next++;
    const times = next - index;
    result.push(times > 1 ? `${lines[index]} (${times} times or more)` : lines[index]);
    index = next;
  }
  return result;
}

function describe(frame: LuaFailure["frames"][number]): string {
  return `called at ${frame.file}:${frame.line}${frame.name ? ` in ${frame.name}` : ""}`;
}
