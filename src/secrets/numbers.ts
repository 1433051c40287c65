/** Numbers in the one form in which sops encrypts them and makes the MAC over them. */

const MOST = (1n << 63n) - 1n;
const LEAST = -(1n << 63n);
const DECIMAL = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;

/** Digits of a whole number; null where it has more than 64 bits. */
export function wholeText(value: bigint): string | null {
  return value > MOST || value < LEAST ? null : value.toString();
}

/** A decimal without an exponent and with the fewest digits that give the number again, as Go's `FormatFloat(x, 'f', -1)`
 * writes it. */
export function decimalText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const text = Object.is(value, -0) ? "-0" : String(value);
  const [digits, exponent] = text.split("e");
  return exponent === undefined ? text : shifted(digits, Number(exponent));
}

/** Moves the point of a decimal so many digits to the right. */
function shifted(digits: string, by: number): string {
  const sign = digits.startsWith("-") ? "-" : "";
  const [whole, fraction = ""] = digits.slice(sign.length).split(".");
  const all = whole + fraction;
  const point = whole.length + by;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${all}`;
  return `${sign}${all.padEnd(point, "0")}`;
}

/** The number in a text that a file or a cipher holds; null where it is none. */
export function decimalOf(text: string): number | null {
  if (/^[-+]?inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return NaN;
  return DECIMAL.test(text) ? Number(text) : null;
}

/** A number as a config language writes it, so that it is not taken for a whole one. */
export function floatLiteral(text: string): string {
  const value = decimalOf(text) ?? NaN;
  const written = String(value);
  return /^-?\d+$/.test(written) ? `${written}.0` : written;
}
