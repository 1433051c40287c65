/** Property lists as plain data, for plans and snapshots. What JSON tells apart is itself: text, truth, numbers that are
 * whole or are not, lists, tables. What it does not is a table with one key: `{ "plist:real": "2" }`. */
import { Buffer } from "node:buffer";
import { SysError } from "../../errors.ts";
import type { Json } from "../../manifest/types.ts";
import { type Plist, PlistDate } from "./plist.ts";
import { readScalar } from "./scalar.ts";

const PREFIX = "plist:";

/** Every type comes back by `fromJson`. */
export function toJson(value: Plist): Json {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : tagged("integer", String(value));
  }
  if (typeof value === "number") {
    return readsAsInteger(value) || Object.is(value, -0) ? tagged("real", real(value)) : value;
  }
  if (value instanceof PlistDate) return tagged("date", value.text);
  if (value instanceof Uint8Array) return tagged("data", Buffer.from(value).toString("base64"));
  if (!(value instanceof Map)) return (value as readonly Plist[]).map(toJson);
  const entries = [...value].map(([key, inner]) => [key, toJson(inner)] as const);
  const isPlain = entries.length !== 1 || !entries[0][0].startsWith(PREFIX);
  return isPlain ? Object.fromEntries(entries) : tagged("dict", entries.flat());
}

/** What `toJson` has given, or a config wants: a number that is whole is an integer there.
 * @throws SysError of kind "config" for what no property list holds */
export function fromJson(value: Json): Plist {
  if (value === null) throw refused("property lists have no null");
  if (typeof value === "number") return readsAsInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(fromJson);
  const entries = Object.entries(value as { readonly [key: string]: Json });
  const [key, inner] = entries[0] ?? ["", null];
  if (entries.length !== 1 || !key.startsWith(PREFIX)) {
    return new Map(entries.map(([name, one]) => [name, fromJson(one)]));
  }
  return untagged(key.slice(PREFIX.length), inner);
}

/** Whether two are the same but for the type of numbers: programs write 48 as either. */
export function sameValue(a: Plist, b: Plist): boolean {
  // Numbers of both types are compared by what they are, without loss.
  if (isNumber(a) && isNumber(b)) return !(a < b) && !(a > b);
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size &&
      [...a].every(([key, one]) => b.has(key) && sameValue(one, b.get(key)!));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, n) => sameValue(one, b[n]));
  }
  return JSON.stringify(toJson(a)) === JSON.stringify(toJson(b));
}

function isNumber(value: Plist): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function readsAsInteger(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

function real(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function tagged(type: string, value: Json): Json {
  return { [PREFIX + type]: value };
}

function untagged(type: string, value: Json): Plist {
  if (type === "dict" && Array.isArray(value) && typeof value[0] === "string") {
    return new Map([[value[0], fromJson(value[1])]]);
  }
  const scalar = typeof value === "string" ? readScalar(type, value) : undefined;
  if (scalar !== undefined) return scalar;
  throw refused(`nothing is meant by ${PREFIX}${type}`);
}

function refused(why: string): SysError {
  return new SysError("config", `Cannot write a property list: ${why}`);
}
