/** Takes a property list, gives it as XML: Apple's PropertyList-1.0.dtd. */
import { Buffer } from "node:buffer";
import { SysError } from "../../errors.ts";
import { isDateText, isPlistInteger, type Plist, PlistDate, UID_KEY } from "./plist.ts";

/** The whole document; keys are in their order.
 * @throws SysError of kind "config" for what property lists cannot hold */
export function writePlist(value: Plist): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${element(value, "")}
</plist>
`;
}

function element(value: Plist, indent: string): string {
  if (typeof value === "string") return `${indent}<string>${escaped(value)}</string>`;
  if (typeof value === "boolean") return `${indent}<${value}/>`;
  if (typeof value === "bigint") return `${indent}<integer>${integer(value)}</integer>`;
  if (typeof value === "number") return `${indent}<real>${real(value)}</real>`;
  if (value instanceof PlistDate) return `${indent}<date>${date(value)}</date>`;
  if (value instanceof Uint8Array) {
    return `${indent}<data>${Buffer.from(value).toString("base64")}</data>`;
  }
  return value instanceof Map
    ? block("dict", [...value].flatMap((entry) => pair(entry, `${indent}  `)), indent)
    : block("array", (value as readonly Plist[]).map((one) => element(one, `${indent}  `)), indent);
}

function block(name: "dict" | "array", lines: readonly string[], indent: string): string {
  if (lines.length === 0) return `${indent}<${name}/>`;
  return [`${indent}<${name}>`, ...lines, `${indent}</${name}>`].join("\n");
}

function pair([key, value]: readonly [string, Plist], indent: string): string[] {
  if (key === UID_KEY) throw refused(`the key ${UID_KEY} means something else`);
  return [`${indent}<key>${escaped(key)}</key>`, element(value, indent)];
}

function integer(value: bigint): bigint {
  if (isPlistInteger(value)) return value;
  throw refused(`${value} has more than 64 bits`);
}

function real(value: number): string {
  if (!Number.isFinite(value)) throw refused(`${value} is not a number`);
  return Object.is(value, -0) ? "-0" : String(value);
}

function date({ text }: PlistDate): string {
  if (isDateText(text)) return text;
  throw refused(`"${text}" is not a date`);
}

/** Characters that no XML document holds, however they are written. */
// deno-lint-ignore no-control-regex
const NO_XML = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

/** A carriage return of the document itself would be read as a line feed. */
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\r": "&#13;",
};

function escaped(text: string): string {
  const bad = NO_XML.exec(text);
  if (bad !== null) {
    const code = bad[0].charCodeAt(0).toString(16).padStart(4, "0");
    throw refused(`the character U+${code.toUpperCase()} cannot be in one`);
  }
  if (!text.isWellFormed()) throw refused("half a character cannot be in one");
  return text.replace(/[&<>\r]/g, (character) => ENTITIES[character]);
}

function refused(why: string): SysError {
  return new SysError("config", `Cannot write a property list: ${why}`);
}
