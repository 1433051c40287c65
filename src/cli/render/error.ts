/** Takes what a room threw, gives the text or the document that a person or a script sees. */
import { messageOf, type Place, SysError } from "../../errors.ts";
import type { Style } from "../terminal/style.ts";

/** The text of an error: those that it sums up, then message, place with its source, notes, hint. */
export function errorText(thrown: unknown, style: Style, verbose: boolean): string {
  const causes = thrown instanceof SysError ? thrown.causes : [];
  const first = causes.map((cause) => errorText(cause, style, verbose)).join("");
  const lines = [`${style.red(style.bold("error"))}: ${messageOf(thrown)}`];
  if (thrown instanceof SysError) {
    if (thrown.place) lines.push(...placeLines(thrown.place, style));
    for (const note of thrown.notes) lines.push(...note.split("\n").map((line) => `  ${line}`));
    if (thrown.hint) {
      lines.push(`  ${style.cyan("hint")}: ${thrown.hint.replaceAll("\n", "\n        ")}`);
    }
  } else {
    lines.push("  this is a fault of sys itself; please report it with the lines below");
  }
  const internal = !(thrown instanceof SysError);
  if ((verbose || internal) && thrown instanceof Error && thrown.stack) {
    lines.push(style.dim(thrown.stack));
  }
  return first + lines.join("\n") + "\n";
}

/** The document of an error, for `--json`. */
export function errorDocument(thrown: unknown): object {
  return { version: 1, error: errorFields(thrown) };
}

/** All that is known of an error, for documents and for messages as JSON. */
export function errorFields(thrown: unknown): Record<string, unknown> {
  const known = thrown instanceof SysError ? thrown : null;
  return {
    kind: known?.kind ?? "internal",
    message: messageOf(thrown),
    file: known?.place?.file ?? null,
    line: known?.place?.line ?? null,
    hint: known?.hint ?? null,
    ...(known && known.notes.length > 0 ? { notes: known.notes } : {}),
    ...(known && known.causes.length > 0 ? { errors: known.causes.map(errorFields) } : {}),
  };
}

/** Characters of a line of source that are shown. */
const WIDTH = 120;

/** A line of source, not all of it where it is long. */
function brief(text: string): string {
  return text.length > WIDTH ? `${text.slice(0, WIDTH)} …` : text;
}

function placeLines(place: Place, style: Style): string[] {
  const column = place.column === undefined ? "" : `:${place.column}`;
  const within = place.within ? ` in ${place.within}` : "";
  const lines = [`  at ${place.file}:${place.line}${column}${within}`];
  const width = String(place.line + (place.excerpt?.length ?? 0)).length;
  place.excerpt?.forEach((text, index) => {
    const number = String(place.line + index).padStart(width);
    const at = place.column === undefined ? text.search(/\S|$/) : place.column - 1;
    lines.push(`  ${style.dim(`${number} |`)} ${at < WIDTH ? brief(text) : text}`);
    if (index > 0) return;
    lines.push(`  ${style.dim(`${" ".repeat(width)} |`)} ${" ".repeat(at)}${style.red("^")}`);
  });
  return lines;
}
