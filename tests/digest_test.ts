import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Algorithm,
  digestParts,
  parseDigest,
  sha256,
  sha256Hex,
  shortHash,
  toDigest,
  toHex,
  toNix32,
} from "../src/digest.ts";
import { SysError } from "../src/errors.ts";

const EMPTY_HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
// As `nix-hash --type sha256 --to-base32` and `--to-sri` write it.
const EMPTY_NIX32 = "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73";
const EMPTY_SRI = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

Deno.test("the empty text hashes to the known values", () => {
  assert.equal(sha256Hex(""), EMPTY_HEX);
  assert.equal(toNix32(sha256("")), EMPTY_NIX32);
  assert.equal(toDigest("sha256", sha256("")), EMPTY_SRI);
});

for (
  const text of [
    EMPTY_SRI,
    EMPTY_HEX,
    EMPTY_HEX.toUpperCase(),
    EMPTY_NIX32,
    `sha256:${EMPTY_HEX}`,
    `sha256:${EMPTY_NIX32}`,
  ]
) {
  Deno.test(`a hash is read: ${text}`, () => assert.equal(parseDigest(text), EMPTY_SRI));
}

for (
  const [text, says] of [
    ["", /0 characters long/],
    ["abc", /3 characters long/],
    [EMPTY_HEX.slice(1), /63 characters long/],
    [`sha512:${EMPTY_HEX}`, /no kind of hash/],
    ["sha256-AAAA", /3 bytes where sha256 has 32/],
    ["sha256-!!!!", /not base64/],
    ["sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", /"sha1" is not supported/],
    ["md5-1B2M2Y8AsgTpgAmY7PhCfg==", /"md5" is not supported/],
    [EMPTY_NIX32.replace("0", "e"), /no kind of hash/],
  ] as const
) {
  Deno.test(`a hash is refused: "${text}"`, () => {
    assert.throws(() => parseDigest(text), (thrown) => {
      assert.ok(thrown instanceof SysError);
      assert.equal(thrown.kind, "fetch");
      assert.match(thrown.message, says);
      assert.ok(thrown.hint);
      return true;
    });
  });
}

Deno.test("every form of every hash is read back", () => {
  const algorithms: readonly Algorithm[] = ["sha256", "sha512"];
  fc.assert(
    fc.property(
      fc.constantFrom(...algorithms),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      (algorithm, random) => {
        const bytes = random.subarray(0, algorithm === "sha256" ? 32 : 64);
        const digest = toDigest(algorithm, bytes);
        assert.equal(parseDigest(digest), digest);
        assert.equal(parseDigest(toHex(bytes)), digest);
        assert.equal(parseDigest(toNix32(bytes)), digest);
        assert.deepEqual([...digestParts(digest).bytes], [...bytes]);
      },
    ),
  );
});

Deno.test("a short hash has 32 characters and depends on every byte", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.nat(31),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, flip) => {
        const other = bytes.slice();
        other[at] ^= flip;
        assert.match(shortHash(bytes), /^[0-9a-df-np-sv-z]{32}$/);
        assert.notEqual(shortHash(bytes), shortHash(other));
      },
    ),
  );
});
