/** Takes data, gives it as a Lua expression, which Lua reads faster than anything else: `L{…}` is a list, `M{}` an
 * empty map, `N` null. */

/** Data for Lua. Whole numbers as `bigint` become integers, every other number a float. */
export type LuaData =
  | null
  | undefined
  | boolean
  | string
  | number
  | bigint
  | readonly LuaData[]
  | ReadonlyMap<string, LuaData>
  | { readonly [key: string]: LuaData };

/** Lua's own limit for nested constructors is 200. */
const DEEPEST = 150;

/** @throws RangeError when it is nested too deeply */
export function toLua(value: LuaData, depth = 0): string {
  if (depth > DEEPEST) throw new RangeError(`it is nested more than ${DEEPEST} levels deep`);
  if (value === null || value === undefined) return "N";
  switch (typeof value) {
    case "boolean":
      return value ? "true" : "false";
    case "string":
      return quote(value);
    case "bigint":
      return integer(value);
    case "number":
      return float(value);
  }
  if (Array.isArray(value)) {
    return `L{${value.map((item) => toLua(item, depth + 1)).join(",")}}`;
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  if (entries.length === 0) return "M{}";
  return `{${entries.map(([key, item]) => `[${quote(key)}]=${toLua(item, depth + 1)}`).join(",")}}`;
}

function quote(text: string): string {
  // deno-lint-ignore no-control-regex
  return `"${text.replace(/[\x00-\x1f"\\\x7f]/g, escape)}"`;
}

function escape(char: string): string {
  if (char === '"' || char === "\\") return `\\${char}`;
  return `\\${String(char.charCodeAt(0)).padStart(3, "0")}`;
}

function integer(value: bigint): string {
  // The digits alone would be read as a float.
  if (value === -(2n ** 63n)) return "(-9223372036854775807-1)";
  if (value > 2n ** 63n - 1n || value < -(2n ** 63n)) return float(Number(value));
  return String(value);
}

function float(value: number): string {
  if (Number.isNaN(value)) return "(0/0)";
  if (value === Infinity) return "(1/0)";
  if (value === -Infinity) return "(-1/0)";
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
