/** Takes what a person typed, gives the number of a snapshot. */
import { SysError } from "../errors.ts";
import type { SnapshotNumber } from "./types.ts";

/** Reads `4`. @throws SysError of kind "usage" for anything that is no number from 1 */
export function parseSnapshotNumber(typed: string): SnapshotNumber {
  const number = /^[1-9][0-9]{0,8}$/.test(typed) ? Number(typed) : NaN;
  if (Number.isNaN(number)) {
    throw new SysError("usage", `Cannot tell which snapshot is meant: "${typed}" is no number`, {
      hint: "`sys history` lists them",
    });
  }
  return number as SnapshotNumber;
}
