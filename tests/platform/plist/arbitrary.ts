/** Property lists of every kind. */
import fc from "fast-check";
import { type Plist, PlistDate } from "../../../src/platform/plist/plist.ts";

/** Text that XML can hold. */
export const text = fc.string({ unit: "grapheme", maxLength: 8 })
  // deno-lint-ignore no-control-regex
  .map((it) => it.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, ""));

const integer = fc.oneof(
  fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }),
  fc.constantFrom(0n, -1n, 1n << 53n, -(1n << 63n), (1n << 64n) - 1n),
);

const date = fc.date({
  min: new Date("0001-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59Z"),
  noInvalidDate: true,
}).map((it) => new PlistDate(it.toISOString().replace(/\.\d+Z$/, "Z")));

const real = fc.double({ noDefaultInfinity: true, noNaN: true });

export const plists: fc.Arbitrary<Plist> = fc.letrec<{ any: Plist }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    text,
    fc.boolean(),
    integer,
    real,
    date,
    fc.uint8Array({ maxLength: 9 }),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie("any")), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.constantFrom("__proto__", "plist:real", "plist:dict").chain((key) =>
      tie("any").map((one) => new Map([[key, one]]))
    ),
  ),
})).any;
