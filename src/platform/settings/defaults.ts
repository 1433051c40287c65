/** Takes a value for macOS `defaults`, gives command lines; and reads values back. Pure. */
import type { Json } from "../../manifest/types.ts";
import { type Plist, plist } from "../services/launchd.ts";
import { SysError } from "../../errors.ts";

/** Domain and key again: no domain has a colon. */
export function splitDefaultKey(text: string): { domain: string; key: string } {
  const colon = text.indexOf(":");
  return { domain: text.slice(0, colon), key: text.slice(colon + 1) };
}

/** Command line that writes a value, or deletes it for null. Types are kept: `true` is a boolean, 2 an integer,
 * and what has parts is given as a property list. */
export function writeDefault(domain: string, key: string, value: Json): readonly string[] {
  const start = ["defaults", value === null ? "delete" : "write", domain, key];
  switch (typeof value) {
    case "boolean":
      return [...start, "-bool", String(value)];
    case "number":
      return [...start, Number.isInteger(value) ? "-int" : "-float", String(value)];
    case "string":
      return [...start, "-string", value];
    default:
      return value === null ? start : [...start, plist(toPlist(value))];
  }
}

/** Command line that reads a whole domain as JSON, on standard output. */
export function readDefaults(domain: string): readonly string[] {
  return ["sh", "-c", 'defaults export "$1" - | plutil -convert json -o - -', "sh", domain];
}

/** A key's value in what `readDefaults` gave; null where there is none, or no way to say it in JSON. */
export function valueInDomain(output: string, key: string): Json {
  try {
    const domain = JSON.parse(output) as { readonly [key: string]: Json };
    return Object.hasOwn(domain, key) ? domain[key] : null;
  } catch {
    return null;
  }
}

function toPlist(value: Json): Plist {
  if (value === null) {
    throw new SysError("config", "Cannot write a default: property lists have no null");
  }
  if (Array.isArray(value)) return value.map(toPlist);
  if (typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value as { readonly [key: string]: Json })
      .map(([key, inner]) => [key, toPlist(inner)]),
  );
}
