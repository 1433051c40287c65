/** Which objects a derivation has become. */
import { Buffer } from "node:buffer";
import type { DerivationHash } from "../manifest/types.ts";
import type { ReadFs } from "../system/mod.ts";
import { checkText } from "./check_text.ts";
import type { Layout } from "./layout.ts";
import { isObjectName, type ObjectName } from "./names.ts";
import type { StoreWriter } from "./store_writer.ts";
import { writeOwnFile } from "./writing.ts";

/** Output name → object. */
export type Outputs = Readonly<Record<string, ObjectName>>;

/** Reads `drv-out/<hash>`: a line of JSON, and one that tells whether it is what was written there (earlier versions
 * wrote none); null when there is none. A damaged one counts as none: building again mends it. */
export function readOutputs(fs: ReadFs, layout: Layout, derivation: string): Outputs | null {
  const path = `${layout.drvOut}/${derivation}`;
  if (fs.lstat(path)?.kind !== "file") return null;
  try {
    const [line, check] = Buffer.from(fs.readFile(path)).toString().split("\n");
    if (check && check !== checkText(derivation, line)) return null;
    const found = JSON.parse(line);
    return isOutputs(found) ? found : null;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}

/** Some of the outputs; null where one is not among them. */
export function chosen(outputs: Outputs, names: readonly string[]): Outputs | null {
  if (!names.every((name) => Object.hasOwn(outputs, name))) return null;
  return Object.fromEntries(names.map((name) => [name, outputs[name]]));
}

/** Writes `drv/<hash>.drv`, where there is a description, then `drv-out/<hash>`, which makes it count. */
export function writeOutputs(
  writer: StoreWriter,
  derivation: DerivationHash,
  outputs: Outputs,
  description: unknown,
): void {
  const { fs, layout } = writer;
  writer.prepare();
  if (description !== null) {
    writeOwnFile(fs, layout, `${layout.drv}/${derivation}.drv`, {
      text: JSON.stringify(description, null, 2) + "\n",
      flush: false,
    });
  }
  const line = JSON.stringify(outputs);
  writeOwnFile(fs, layout, `${layout.drvOut}/${derivation}`, {
    text: `${line}\n${checkText(derivation, line)}\n`,
    flush: false,
  });
}

function isOutputs(found: unknown): found is Outputs {
  return typeof found === "object" && found !== null && !Array.isArray(found) &&
    Object.values(found).every((name) => typeof name === "string" && isObjectName(name));
}
