/** Takes the name of a type and a text, gives the value: what has no parts. */
import { Buffer } from "node:buffer";
import { isDateText, isPlistInteger, type Plist, PlistDate } from "./plist.ts";

/** Undefined where the text means nothing, or there is no such type. */
export function readScalar(type: string, text: string): Plist | undefined {
  return LEAVES[type]?.(text);
}

const LEAVES: Readonly<Record<string, ((text: string) => Plist | undefined) | undefined>> = {
  __proto__: null as never,
  string: (text) => text,
  integer(text) {
    const [, sign, digits] = /^([+-]?)(0[xX][0-9a-fA-F]+|\d+)$/.exec(text) ?? [];
    if (digits === undefined) return undefined;
    const value = sign === "-" ? -BigInt(digits) : BigInt(digits);
    return isPlistInteger(value) ? value : undefined;
  },
  real(text) {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
    return Number.isFinite(value) ? value : undefined;
  },
  date: (text) => isDateText(text) ? new PlistDate(text) : undefined,
  data(text) {
    const digits = text.replace(/[ \t\r\n]+/g, "");
    const isBase64 = digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits);
    return isBase64 ? new Uint8Array(Buffer.from(digits, "base64")) : undefined;
  },
};
