/** One value, encrypted and decrypted: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`, as sops has it
 * (AES-256-GCM, nonces of 32 bytes, base64; the path of the value is authenticated with it). */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { joinChunks } from "../system/contents.ts";
import { badFile } from "./bad_file.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { decimalOf, decimalText, wholeText } from "./numbers.ts";
import { type Comment, comment, type Leaf, leaf, textOf } from "./tree.ts";

const FORM = /^ENC\[AES256_GCM,data:([^,]*),iv:([^,]+),tag:([^,]+),type:([a-z]+)\]$/;
const NONCE = 32;
const TAG = 16;

/** What a data key does with values. */
export class Cipher {
  /** Nonces by path, type and content of what was decrypted: the same value gets the same text again. */
  readonly #nonces = new Map<string, Uint8Array[]>();

  constructor(readonly key: Uint8Array) {}

  /** @param path the keys above the value, which is bound to its place by them */
  encrypt(value: Leaf | Comment, path: readonly string[]): string {
    const plain = value.kind === "comment" ? new TextEncoder().encode(value.text) : value.bytes;
    if (plain.length === 0) return "";
    const type = value.kind === "comment" ? "comment" : value.type;
    return this.seal(plain, type, `${path.join(":")}:`);
  }

  seal(plain: Uint8Array, type: string, bound: string): string {
    const nonce = this.#formerNonce(plain, type, bound) ?? new Uint8Array(randomBytes(NONCE));
    const cipher = createCipheriv("aes-256-gcm", this.key, nonce);
    cipher.setAAD(new TextEncoder().encode(bound));
    const data = [cipher.update(plain), cipher.final()];
    const tag = new Uint8Array(cipher.getAuthTag());
    const [text, iv, proof] = [joinChunks(data), nonce, tag].map(toBase64);
    return `ENC[AES256_GCM,data:${text},iv:${iv},tag:${proof},type:${type}]`;
  }

  /** @throws SysError where it is not encrypted, or not with this key, or not for this place */
  decrypt(text: string, path: readonly string[]): Leaf | Comment {
    if (text === "") return leaf("str", "");
    const { plain, type } = this.open(text, `${path.join(":")}:`);
    return valueFrom(plain, type);
  }

  open(text: string, bound: string): { readonly plain: Uint8Array; readonly type: string } {
    const found = FORM.exec(text);
    if (found === null) throw badFile("it is not encrypted");
    const [data, nonce, tag] = found.slice(1, 4).map(bytesOf);
    const type = found[4];
    if (tag.length !== TAG) throw damaged();
    let plain: Uint8Array;
    try {
      const decipher = createDecipheriv("aes-256-gcm", this.key, nonce);
      decipher.setAAD(new TextEncoder().encode(bound));
      decipher.setAuthTag(tag);
      plain = joinChunks([decipher.update(data), decipher.final()]);
    } catch {
      throw damaged();
    }
    this.#remember(nonce, plain, type, bound);
    return { plain, type };
  }

  #remember(nonce: Uint8Array, plain: Uint8Array, type: string, bound: string): void {
    if (nonce.length !== NONCE) return;
    const name = nameOf(plain, type, bound);
    this.#nonces.set(name, [...this.#nonces.get(name) ?? [], nonce]);
  }

  /** Those of equal values in one list come in their order; the last one stays for further ones. */
  #formerNonce(plain: Uint8Array, type: string, bound: string): Uint8Array | undefined {
    const known = this.#nonces.get(nameOf(plain, type, bound));
    return known !== undefined && known.length > 1 ? known.shift() : known?.[0];
  }
}

/** Whether a text has the form of an encrypted value. */
export function isEncrypted(text: string): boolean {
  return FORM.test(text);
}

function nameOf(plain: Uint8Array, type: string, bound: string): string {
  return JSON.stringify([bound, type, toBase64(plain)]);
}

function damaged() {
  return badFile(
    "it was changed, or moved to another place in the file, since it was encrypted",
    "take the file from a backup, or set the value anew",
  );
}

function bytesOf(base64: string): Uint8Array {
  const bytes = fromBase64(base64);
  if (bytes === null) throw damaged();
  return bytes;
}

function valueFrom(plain: Uint8Array, type: string): Leaf | Comment {
  const text = textOf(leaf("str", plain)) ?? "";
  switch (type) {
    case "str":
    case "bytes":
      return leaf("str", plain);
    case "int":
      if (/^[-+]?\d+$/.test(text)) {
        return leaf("int", wholeText(BigInt(text.replace("+", ""))) ?? text);
      }
      break;
    case "float": {
      const value = decimalOf(text);
      if (value !== null) return leaf("float", decimalText(value));
      break;
    }
    case "bool":
      if (/^(true|1|t)$/i.test(text)) return leaf("bool", "True");
      if (/^(false|0|f)$/i.test(text)) return leaf("bool", "False");
      break;
    case "time":
      return leaf("time", plain);
    case "comment":
      return comment(text);
    default:
      throw badFile(`it is of the type "${type}", which is unknown`, "a newer sys may know it");
  }
  throw badFile(`it is no value of the type "${type}"`);
}
