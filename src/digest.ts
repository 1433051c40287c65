/** Takes bytes, gives digests, and reads and writes the forms in which people paste them. */
import { createHash } from "node:crypto";
import { SysError } from "./errors.ts";

/** A hash in SRI form, `sha256-<base64>` or `sha512-<base64>`: the one form used inside the program. */
export type Digest = string & { readonly __brand: "Digest" };

/** Hash algorithms that a fetch may be pinned with. */
export type Algorithm = "sha256" | "sha512";

const SIZES: Record<Algorithm, number> = { sha256: 32, sha512: 64 };

/** Nix's base32 alphabet: no e, o, u, t. */
const NIX32 = "0123456789abcdfghijklmnpqrsvwxyz";

/** SHA-256 of bytes or of a text's UTF-8. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return createHash("sha256").update(data).digest();
}

/** SHA-256 as lower-case hex. */
export function sha256Hex(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** SHA-256 of bytes that come in pieces, as lower-case hex. */
export function sha256HexOf(pieces: Iterable<Uint8Array>): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** Writes raw hash bytes in SRI form. */
export function toDigest(algorithm: Algorithm, bytes: Uint8Array): Digest {
  return `${algorithm}-${toBase64(bytes)}` as Digest;
}

/** Algorithm and raw bytes of a digest. */
export function digestParts(digest: Digest): { algorithm: Algorithm; bytes: Uint8Array } {
  const dash = digest.indexOf("-");
  return {
    algorithm: digest.slice(0, dash) as Algorithm,
    bytes: Uint8Array.from(atob(digest.slice(dash + 1)), (c) => c.charCodeAt(0)),
  };
}

/**
 * Reads a hash as people write it: SRI (`sha256-…`, `sha512-…`), 64 or 128 hex digits, or Nix base32,
 * the last two also with a `sha256:` prefix.
 * @throws SysError of kind "fetch" that says what is wrong with it
 */
export function parseDigest(text: string): Digest {
  const refuse = (why: string) =>
    new SysError("fetch", `Cannot read the hash "${text}": ${why}`, {
      hint:
        "a hash is `sha256-<base64>`, `sha512-<base64>`, 64 hex digits, or 52 characters of Nix's " +
        "base32; `sys hash <url|path>` prints one",
    });
  const sri = /^([a-z0-9]+)-(.*)$/s.exec(text);
  if (sri) {
    const [, name, body] = sri;
    if (name !== "sha256" && name !== "sha512") throw refuse(`"${name}" is not supported`);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body) || body.length % 4 !== 0) {
      throw refuse("what follows the dash is not base64");
    }
    const bytes = Uint8Array.from(atob(body), (c) => c.charCodeAt(0));
    if (bytes.length !== SIZES[name]) {
      throw refuse(`it has ${bytes.length} bytes where ${name} has ${SIZES[name]}`);
    }
    return toDigest(name, bytes);
  }
  const prefixed = /^(sha256|sha512):(.*)$/s.exec(text);
  const body = prefixed ? prefixed[2] : text;
  for (const algorithm of ["sha256", "sha512"] as const) {
    if (prefixed && prefixed[1] !== algorithm) continue;
    const size = SIZES[algorithm];
    if (body.length === size * 2 && /^[0-9a-fA-F]+$/.test(body)) {
      return toDigest(algorithm, fromHex(body));
    }
    if (body.length === Math.ceil(size * 8 / 5) && [...body].every((c) => NIX32.includes(c))) {
      return toDigest(algorithm, fromNix32(body, size));
    }
  }
  throw refuse(`it is ${body.length} characters long, and no kind of hash that sys knows is`);
}

/** Bytes in Nix's base32: the last 5 bits first, as `nix-hash --to-base32` writes them. */
export function toNix32(bytes: Uint8Array): string {
  let text = "";
  for (let n = Math.ceil(bytes.length * 8 / 5) - 1; n >= 0; n--) {
    const bit = n * 5, index = bit >> 3, shift = bit & 7;
    const pair = bytes[index] | ((index + 1 < bytes.length ? bytes[index + 1] : 0) << 8);
    text += NIX32[(pair >> shift) & 31];
  }
  return text;
}

function fromNix32(text: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let n = 0; n < text.length; n++) {
    const value = NIX32.indexOf(text[text.length - 1 - n]);
    const bit = n * 5, index = bit >> 3, shift = bit & 7;
    bytes[index] |= (value << shift) & 255;
    if (index + 1 < size) bytes[index + 1] |= value >> (8 - shift);
  }
  return bytes;
}

/** Folds a hash to 160 bits by exclusive or, as Nix does, and writes it as 32 base32 characters. */
export function shortHash(bytes: Uint8Array): string {
  const folded = new Uint8Array(20);
  bytes.forEach((byte, n) => folded[n % 20] ^= byte);
  return toNix32(folded);
}

/** Lower-case hex of bytes. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
