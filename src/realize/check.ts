/** Takes what two builds of one derivation made, tells where they differ. */
import { SysError } from "../errors.ts";
import type { Derivation } from "../manifest/types.ts";
import { hashPart, type ObjectName } from "../store/names.ts";
import type { Store } from "../store/types.ts";
import type { ReadFs } from "../system/mod.ts";
import type { Outputs } from "../store/outputs.ts";
import { differences } from "./differences.ts";

/** Differing files that an error names. */
const NAMED = 20;

/** @throws SysError of kind "build" that names both objects and the files in which they differ */
export function checkAgain(
  fs: ReadFs,
  store: Store,
  derivation: Derivation,
  first: Outputs,
  second: Outputs,
): void {
  const own = (outputs: Outputs) =>
    Object.values(outputs).map((object: ObjectName) => hashPart(object));
  const places: string[] = [];
  const notes = derivation.outputs.flatMap((output) => {
    if (first[output] === second[output]) return [];
    const [a, b] = [store.pathOf(first[output]), store.pathOf(second[output])];
    places.push(`first:  ${a}`, `second: ${b} (until the next \`sys gc\`)`);
    return differences(fs, { path: a, hashes: own(first) }, { path: b, hashes: own(second) })
      .map((line) => derivation.outputs.length === 1 ? line : `${output}: ${line}`);
  });
  if (places.length === 0) return;
  const more = notes.length > NAMED ? [`and ${notes.length - NAMED} more`] : [];
  throw new SysError("build", `Cannot repeat the build of ${derivation.name}: its output differs`, {
    place: derivation.place,
    hint: "dates, random numbers and the order of files in a folder are what mostly differs",
    notes: [...places, ...notes.slice(0, NAMED), ...more],
  });
}
