/** A property list of macOS, with the types that it tells apart. */

/** A value. Whole numbers are `bigint`, others `number`; a table is a Map, so that no key is special. */
export type Plist =
  | string
  | boolean
  | bigint
  | number
  | PlistDate
  | Uint8Array
  | readonly Plist[]
  | PlistTable;

/** Keys in their order. */
export interface PlistTable extends ReadonlyMap<string, Plist> {}

/** A moment, whole seconds, UTC, as property lists write it: `2026-01-02T03:04:05Z`. It may be before the year 1000 and
 * far ahead, as macOS's distant past and future are. */
export class PlistDate {
  constructor(readonly text: string) {}
}

/** Whether a text is a date as `PlistDate` has it. */
export function isDateText(text: string): boolean {
  return /^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text);
}

/** Integers that property lists can hold: those of 64 bits, with and without a sign. */
export function isPlistInteger(value: bigint): boolean {
  return value >= -(1n << 63n) && value < 1n << 64n;
}

/** The key by which XML property lists stand for a reference in an archive. Written as a table it comes back as one. */
export const UID_KEY = "CF$UID";
