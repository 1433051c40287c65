/** SSH keys of the kind ed25519, as `ssh-keygen` writes them. */
import { badFile } from "./bad_file.ts";
import { fromBase64, toBase64 } from "./base64.ts";

const KIND = "ssh-ed25519";

/** A public key. */
export interface SshPublicKey {
  /** `ssh-ed25519 AAAA…`, without the comment. */
  readonly line: string;
  /** As SSH sends it: the kind and the point, each behind its length. */
  readonly wire: Uint8Array;
  /** 32 bytes. */
  readonly point: Uint8Array;
}

export interface SshPrivateKey {
  readonly public: SshPublicKey;
  /** 32 bytes. */
  readonly seed: Uint8Array;
}

/** Reads one after the other, each behind its length in four bytes. */
class Fields {
  #at = 0;
  constructor(readonly bytes: Uint8Array) {}

  number(): number {
    return new DataView(this.#take(4).buffer).getUint32(0);
  }

  bytesField(): Uint8Array {
    return this.#take(this.number());
  }

  text(): string {
    return new TextDecoder().decode(this.bytesField());
  }

  #take(count: number): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.slice(this.#at, this.#at += count);
    if (taken.length < count) throw badFile("it is no whole SSH key");
    return taken;
  }
}

/** @throws SysError where it is none of this kind */
export function sshPublicKey(line: string): SshPublicKey {
  const [kind, base64 = ""] = line.trim().split(/\s+/);
  if (kind !== KIND) throw badFile(`it is no SSH key of the kind ${KIND}`);
  const wire = fromBase64(base64);
  if (wire === null) throw badFile("it is no whole SSH key");
  return publicKeyOf(wire);
}

function publicKeyOf(wire: Uint8Array): SshPublicKey {
  const fields = new Fields(wire);
  const kind = fields.text();
  const point = fields.bytesField();
  if (kind !== KIND || point.length !== 32) {
    throw badFile(`it is no SSH key of the kind ${KIND}`);
  }
  return { line: `${KIND} ${toBase64(wire)}`, wire, point };
}

const MAGIC = "openssh-key-v1\0";
const PEM = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END OPENSSH PRIVATE KEY-----/;

/** The key in a private file (PROTOCOL.key of OpenSSH).
 * @throws SysError where it is of another kind, or has a passphrase */
export function sshPrivateKey(text: string): SshPrivateKey {
  const bytes = fromBase64((PEM.exec(text)?.[1] ?? "").replace(/\s/g, ""));
  if (bytes === null || new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw badFile("it is no private key of OpenSSH");
  }
  const outer = new Fields(bytes.subarray(MAGIC.length));
  const cipher = outer.text();
  outer.text();
  outer.bytesField();
  if (cipher !== "none") throw badFile("it has a passphrase");
  if (outer.number() !== 1) throw badFile("it holds more than one key");
  const wire = outer.bytesField();
  const inner = new Fields(outer.bytesField());
  if (inner.number() !== inner.number()) throw badFile("it is no whole SSH key");
  const key = publicKeyOf(wire);
  inner.text();
  inner.bytesField();
  return { public: key, seed: inner.bytesField().slice(0, 32) };
}
