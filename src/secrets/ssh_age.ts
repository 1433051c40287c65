/** Files of age for SSH keys (ed25519), as age itself has them: the key is mapped to the curve of X25519, and the secret
 * that both ends compute is bound to the SSH key by a tweak. */
import { createHash, hkdfSync, randomBytes } from "node:crypto";
import type { Identity, Recipient } from "age-encryption";
import { fromBase64, toBase64 } from "./base64.ts";
import type { SshPrivateKey, SshPublicKey } from "./ssh_key.ts";

const LABEL = "age-encryption.org/v1/ssh-ed25519";
/** Each key is used for one message only. */
const NONCE = new Uint8Array(12);

const unpadded = (bytes: Uint8Array) => toBase64(bytes).replace(/=+$/, "");

function derived(secret: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, salt, LABEL, 32));
}

/** Begins the line of a key in a file: age tells by it which of its keys may fit. */
function tagOf({ wire }: SshPublicKey): string {
  return unpadded(new Uint8Array(createHash("sha256").update(wire).digest()).subarray(0, 4));
}

/** Loaded when a key is used. */
async function packages() {
  const [{ chacha20poly1305 }, { ed25519, x25519 }] = await Promise.all([
    import("@noble/ciphers/chacha.js"),
    import("@noble/curves/ed25519.js"),
  ]);
  return { chacha20poly1305, ed25519, x25519 };
}

/** What encrypts the key of a file, from the secret that both ends have. */
function wrapCipher(
  { chacha20poly1305, ed25519, x25519 }: Awaited<ReturnType<typeof packages>>,
  key: SshPublicKey,
  { secret, share }: { readonly secret: Uint8Array; readonly share: Uint8Array },
) {
  const tweak = derived(new Uint8Array(0), key.wire);
  const salt = new Uint8Array([...share, ...ed25519.utils.toMontgomery(key.point)]);
  return chacha20poly1305(derived(x25519.scalarMult(tweak, secret), salt), NONCE);
}

/** Encrypts for who has the private key. */
export function sshRecipient(key: SshPublicKey): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const loaded = await packages();
      const { ed25519, x25519 } = loaded;
      const ephemeral = new Uint8Array(randomBytes(32));
      const share = x25519.scalarMultBase(ephemeral);
      const secret = x25519.scalarMult(ephemeral, ed25519.utils.toMontgomery(key.point));
      const body = wrapCipher(loaded, key, { secret, share }).encrypt(fileKey);
      return [{ args: ["ssh-ed25519", tagOf(key), unpadded(share)], body }];
    },
  };
}

/** Decrypts what was encrypted for the public key. */
export function sshIdentity({ public: key, seed }: SshPrivateKey): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const loaded = await packages();
      const { ed25519, x25519 } = loaded;
      for (const { args, body } of stanzas) {
        if (args.length !== 3 || args[0] !== "ssh-ed25519" || args[1] !== tagOf(key)) continue;
        const share = fromBase64(`${args[2]}=`);
        if (share?.length !== 32) return null;
        const secret = x25519.scalarMult(ed25519.utils.toMontgomerySecret(seed), share);
        return wrapCipher(loaded, key, { secret, share }).decrypt(body);
      }
      return null;
    },
  };
}
