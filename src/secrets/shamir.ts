/** Shamir's secret sharing over GF(2⁸) with the polynomial of AES, byte by byte; the last byte of a part is its x. */
import { randomBytes } from "node:crypto";
import { badFile } from "./bad_file.ts";

function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit++) {
    product ^= -((b >> bit) & 1) & a;
    a = (a << 1) ^ (-(a >> 7) & 0x11b);
  }
  return product;
}

/** The 254th power: that of 0 is 0. */
function inverse(a: number): number {
  let power = 1;
  for (let n = 0; n < 254; n++) power = times(power, a);
  return power;
}

/** Parts of a secret, of which `threshold` give it again. */
export function split(secret: Uint8Array, parts: number, threshold: number): Uint8Array[] {
  if (threshold < 2 || parts < threshold || parts > 255) {
    throw badFile(
      `a secret can't be split into ${parts} parts of which ${threshold} give it again`,
      "shamir_threshold is at least 2, and at most the number of key groups",
    );
  }
  const polynomials = Array.from(secret, (byte) => [byte, ...randomBytes(threshold - 1)]);
  return Array.from({ length: parts }, (_, n) => {
    const x = n + 1;
    const values = polynomials.map((coefficients) =>
      coefficients.reduceRight((sum, coefficient) => times(sum, x) ^ coefficient, 0)
    );
    return Uint8Array.from([...values, x]);
  });
}

/** @throws SysError where they can't be parts of one secret */
export function combine(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts[0].length - 1;
  const xs = parts.map((part) => part[length]);
  if (
    length < 1 || parts.some((part) => part.length !== length + 1) || new Set(xs).size < xs.length
  ) {
    throw badFile("the parts of its data key do not belong together");
  }
  // Each part's share at 0 (Lagrange).
  const weights = xs.map((x) =>
    xs.filter((other) => other !== x)
      .reduce((product, other) => times(product, times(other, inverse(other ^ x))), 1)
  );
  return Uint8Array.from(
    { length },
    (_, at) => parts.reduce((sum, part, n) => sum ^ times(part[at], weights[n]), 0),
  );
}
