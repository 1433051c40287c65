/** Scalars of YAML, as the reader has them that sops uses (Go's yaml.v3: YAML 1.2 with octal numbers and times of 1.1). */
import { badFile } from "../bad_file.ts";
import { toBase64 } from "../base64.ts";
import { isEncrypted } from "../cipher.ts";
import { decimalOf, decimalText, floatLiteral, wholeText } from "../numbers.ts";
import { type Leaf, leaf, NULL, type Null, textOf } from "../tree.ts";

const WORDS: Readonly<Record<string, Leaf | Null>> = Object.fromEntries([
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, NULL] as const),
  ...["true", "True", "TRUE"].map((word) => [word, leaf("bool", "True")] as const),
  ...["false", "False", "FALSE"].map((word) => [word, leaf("bool", "False")] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, leaf("float", "NaN")] as const),
  ...[".inf", ".Inf", ".INF"].flatMap((word) => [
    [word, leaf("float", "+Inf")] as const,
    [`+${word}`, leaf("float", "+Inf")] as const,
    [`-${word}`, leaf("float", "-Inf")] as const,
  ]),
]);

const TIME =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt ](\d\d?):(\d\d?):(\d\d?)(\.\d{1,9})?(Z|[-+]\d\d:\d\d)?)?$/;
const WHOLE = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;

/** What a text means that stands without quotes. */
export function plainScalar(text: string): Leaf | Null {
  if (Object.hasOwn(WORDS, text)) return WORDS[text];
  if (!/^[-+.\d]/.test(text)) return leaf("str", text);
  const time = timeIn(text);
  if (time !== null) return leaf("time", time);
  const digits = text.replaceAll("_", "");
  const whole = wholeIn(digits);
  if (whole !== null) return whole;
  const decimal = /inf|nan/i.test(text) ? null : decimalOf(text.startsWith(".") ? text : digits);
  return decimal === null ? leaf("str", text) : leaf("float", decimalText(decimal));
}

function wholeIn(text: string): Leaf | null {
  const [, sign, digits] = WHOLE.exec(text) ?? [];
  if (digits === undefined) return null;
  const octal = /^0[0-7]+$/.test(digits);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  const written = wholeText(sign === "-" ? -value : value);
  if (written !== null) return leaf("int", written);
  throw badFile(
    "a whole number of more than 64 bits is there",
    "as a text it has quotes around it",
  );
}

/** A time of RFC 3339; null where a text is none. */
function timeIn(text: string): string | null {
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone] =
    TIME.exec(text) ?? [];
  if (year === undefined || (zone === undefined) === /[Tt]/.test(text)) return null;
  if (zone !== undefined && text.includes(" ")) return null;
  const two = (part: string) => part.padStart(2, "0");
  const clock = [hour, minute, second].map(two).join(":");
  const date = `${year}-${two(month)}-${two(day)}`;
  const real = new Date(`${date}T${clock}Z`);
  if (Number.isNaN(real.getTime()) || real.toISOString().slice(0, 10) !== date) return null;
  const rest = fraction.replace(/\.?0*$/, "");
  return `${date}T${clock}${rest}${zone === undefined || zone === "+00:00" ? "Z" : zone}`;
}

/** The value of a scalar with a tag.
 * @throws SysError where files of secrets have no such tags */
export function taggedScalar(tag: string, text: string): Leaf | Null {
  const name = tag.replace("tag:yaml.org,2002:", "");
  // The writer that sops uses calls the text `<<` a merge, which it is as a key only.
  if (name === "str" || name === "merge" || tag === "!") return leaf("str", text);
  const value = plainScalar(text);
  if (name === (value.kind === "leaf" ? value.type : "null")) return value;
  throw badFile("a tag (!) is there that values of secrets can't have");
}

/** A text that means itself without quotes, also to readers of YAML 1.1. */
const SAFE = /^(?!(true|false|null|yes|no|on|off|y|n|nan|inf)$)\w[\w./@+-]*( [\w./@+-]+)*$/i;
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A value as YAML: one line, or the lines of a block of text, without indentation. */
export function scalarLines(value: Leaf | Null): string[] {
  if (value.kind === "null") return ["null"];
  const text = textOf(value);
  if (text === null) return [`!!binary ${toBase64(value.bytes)}`];
  switch (value.type) {
    case "bool":
      return [text.toLowerCase()];
    case "float":
      return [
        text === "NaN"
          ? ".nan"
          : /Inf$/.test(text)
          ? text.replace(/\+?Inf/, ".inf")
          : floatLiteral(text),
      ];
    case "int":
    case "time":
      return [text];
    case "str":
      return textLines(text);
  }
}

function textLines(text: string): string[] {
  if (/^[^\s].*\n[^]*$/.test(text) && !text.endsWith("\n\n") && text.search(UNPRINTABLE) < 0) {
    const ended = text.endsWith("\n");
    return [ended ? "|" : "|-", ...(ended ? text.slice(0, -1) : text).split("\n")];
  }
  return [inlineText(text)];
}

function isText(plain: string): boolean {
  return !/^\d/.test(plain) ||
    !/_|^0./.test(plain) && decimalOf(plain) === null && timeIn(plain) === null;
}

/** A text in one line: a key, or a value. */
export function inlineText(text: string): string {
  if (SAFE.test(text) && isText(text) || isEncrypted(text)) return text;
  return JSON.stringify(text).replace(
    UNPRINTABLE,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
