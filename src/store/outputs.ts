/** Which objects a derivation has become. */
import { Buffer } from "node:buffer";
import type { DerivationHash } from "../manifest/types.ts";
import type { ReadFs } from "../system/mod.ts";
import { checkText } from "./check_text.ts";
import type { Layout } from "./layout.ts";
import { isObjectName, type ObjectName } from "./names.ts";
import type { StoreWriter } from "./store_writer.ts";
import { discard } from "../system/write_atomic.ts";
import { sparePath, writeOwnFile } from "./writing.ts";

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

/** Writes `drv/<hash>.drv`, then the links for people, then `drv-out/<hash>`, which makes it count. */
export function writeOutputs(
  writer: StoreWriter,
  derivation: DerivationHash,
  outputs: Outputs,
  description: unknown,
): void {
  const { fs, layout } = writer;
  writer.prepare();
  writeOwnFile(fs, layout, `${layout.drv}/${derivation}.drv`, {
    text: JSON.stringify(description ?? null, null, 2) + "\n",
    flush: false,
  });
  for (const [output, object] of Object.entries(outputs)) {
    linkForPeople(writer, output, object, description);
  }
  const line = JSON.stringify(outputs);
  writeOwnFile(fs, layout, `${layout.drvOut}/${derivation}`, {
    text: `${line}\n${checkText(derivation, line)}\n`,
    flush: false,
  });
}

/** `pkg/<name>/<version>/<platform>`, with the output's name after it where it is not `out`. */
function linkForPeople(
  writer: StoreWriter,
  output: string,
  object: ObjectName,
  description: unknown,
) {
  const { fs, layout, host } = writer;
  const named = description as { name?: unknown; version?: unknown } | null;
  if (typeof named?.name !== "string") return;
  const version = typeof named.version === "string" && named.version
    ? named.version
    : "unversioned";
  let folder = layout.pkg;
  for (const part of [pathPart(named.name), pathPart(version)]) {
    folder += `/${part}`;
    const there = fs.lstat(folder);
    if (there === null) makeFolder(writer, folder);
    // What people have put there stays theirs: the link is a convenience.
    else if (there.kind !== "dir") return;
  }
  const platform = `${host.arch}-${host.os}${output === "out" ? "" : `-${pathPart(output)}`}`;
  const target = `../../../obj/${object}`;
  const link = `${folder}/${platform}`;
  const there = fs.lstat(link);
  if (there !== null && (there.kind !== "link" || fs.readLink(link) === target)) return;
  const spare = sparePath(layout);
  fs.symlink(target, spare);
  try {
    fs.rename(spare, link);
  } catch (thrown) {
    discard(() => fs.remove(spare));
    throw thrown;
  }
}

function makeFolder({ fs }: StoreWriter, path: string) {
  try {
    fs.mkdir(path, 0o755);
  } catch (thrown) {
    if (fs.lstat(path)?.kind !== "dir") throw thrown;
  }
}

function pathPart(text: string): string {
  return text.replace(/[^A-Za-z0-9+._?=-]/g, "-").replace(/^\.+/, "") || "unnamed";
}

function isOutputs(found: unknown): found is Outputs {
  return typeof found === "object" && found !== null && !Array.isArray(found) &&
    Object.values(found).every((name) => typeof name === "string" && isObjectName(name));
}
