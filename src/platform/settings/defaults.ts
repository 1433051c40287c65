/** Takes a domain, a key and a value for macOS's defaults(1), gives command lines; and reads what it prints. Pure. */
import type { Json } from "../../manifest/types.ts";
import { fromJson, sameValue, toJson } from "../plist/json.ts";
import type { Plist, PlistTable } from "../plist/plist.ts";
import { readPlist } from "../plist/read.ts";
import { writePlist } from "../plist/write.ts";

const PROGRAM = "/usr/bin/defaults";

/** Domain and key again: no domain has a colon. */
export function splitDefaultKey(text: string): { domain: string; key: string } {
  const colon = text.indexOf(":");
  return { domain: text.slice(0, colon), key: text.slice(colon + 1) };
}

/** Command line that writes a value, or deletes it where there is none. A value that is a whole property list keeps its
 * type, whatever it is; the program's own flags know no data within a list. */
export function writeDefault(
  domain: string,
  key: string,
  value: Plist | undefined,
): readonly string[] {
  return value === undefined
    ? [PROGRAM, "delete", domain, key]
    : [PROGRAM, "write", domain, key, writePlist(value)];
}

/** Command line that prints a whole domain as an XML property list. */
export function exportDomain(domain: string): readonly string[] {
  return [PROGRAM, "export", domain, "-"];
}

/** What is in a domain, by what `exportDomain` printed.
 * @throws SysError where that is no property list with keys */
export function readDomain(output: string): PlistTable {
  const found = readPlist(output);
  return found instanceof Map ? found : new Map();
}

/** A value as it is told of: as it was asked for, where only the type of numbers differs. */
export function observedDefault(
  found: Plist | undefined,
  asked: Json,
): { readonly value: Json; readonly exact?: Json } {
  if (found === undefined) return { value: null };
  const exact = toJson(found);
  return asked !== null && sameValue(found, fromJson(asked))
    ? { value: asked, exact }
    : { value: exact };
}
