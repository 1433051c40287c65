/** The error for two declarations that cannot both be had. */
import { type Place, SysError } from "../errors.ts";

/** Override priority of a plain value; the lowest number wins. */
export const PLAIN_OVERRIDE = 100;

/** One of the two: what it wants, and where. */
export interface Rival {
  readonly shown: string;
  readonly place: Place;
}

/**
 * @param what what both name: `values for env.EDITOR`
 * @param force Lua that decides for the first side, shown in the hint
 */
export function conflict(what: string, sides: readonly Rival[], force: string): SysError {
  const sorted = [...sides].sort((a, b) => comparePlaces(a.place, b.place));
  const width = Math.max(...sorted.map((side) => side.shown.length));
  return new SysError("config", `Cannot merge: conflicting ${what}`, {
    place: sorted[0].place,
    notes: sorted.map(({ shown, place }) =>
      `${shown.padEnd(width)} at ${place.file}:${place.line}`
    ),
    hint: `${force} to decide, or lib.mkDefault(…) in the module that should yield`,
  });
}

/** By file, then line. */
export function comparePlaces(a: Place, b: Place): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line;
}

/** A text as it is shown in a conflict: one line, quoted. */
export function shown(text: string): string {
  const line = JSON.stringify(text);
  return line.length <= 60 ? line : `${line.slice(0, 56)}…"`;
}
