/** Data keys in files of age, one for each recipient, armored, as sops has them. */
import type { Encrypter, Identity as AgeIdentity } from "age-encryption";
import { badFile } from "./bad_file.ts";
import { sshIdentity, sshRecipient } from "./ssh_age.ts";
import { sshPrivateKey, sshPublicKey } from "./ssh_key.ts";

/** A key that decrypts. */
export interface Identity {
  /** Of the same key, as files name it. */
  readonly recipient: string;
  readonly key: string | AgeIdentity;
}

/** A new key of X25519. */
export async function newIdentity(): Promise<
  { readonly secret: string; readonly recipient: string }
> {
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const secret = await generateX25519Identity();
  return { secret, recipient: await identityToRecipient(secret) };
}

/** The key in a line that begins with `AGE-SECRET-KEY-`.
 * @throws SysError where it is none */
export async function ageIdentity(line: string): Promise<Identity> {
  if (/^AGE-PLUGIN-/i.test(line)) {
    throw badFile("it is a key of a plugin of age, which sys can't use");
  }
  const { identityToRecipient } = await import("age-encryption");
  try {
    return { recipient: await identityToRecipient(line), key: line };
  } catch {
    // What was thrown may hold the key.
    throw badFile("it is no key of age");
  }
}

/** The key in a private file of OpenSSH.
 * @throws SysError where sys can't use it */
export function identityOfSsh(text: string): Identity {
  const key = sshPrivateKey(text);
  return { recipient: key.public.line, key: sshIdentity(key) };
}

/** The one form of a recipient, without spaces around it or a comment behind it.
 * @throws SysError where sys can't encrypt for it */
export async function recipientIn(text: string): Promise<string> {
  const named = text.trim();
  await encrypterFor(named);
  return named.startsWith("ssh-") ? sshPublicKey(named).line : named;
}

async function encrypterFor(recipient: string): Promise<Encrypter> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  try {
    const ssh = recipient.startsWith("ssh-");
    encrypter.addRecipient(ssh ? sshRecipient(sshPublicKey(recipient)) : recipient);
  } catch {
    throw badFile(
      `${JSON.stringify(recipient.slice(0, 80))} is no recipient that sys can encrypt for`,
      'a recipient begins with "age1" or "ssh-ed25519 "',
    );
  }
  return encrypter;
}

/** Encrypts a data key for one recipient. */
export async function wrap(dataKey: Uint8Array, recipient: string): Promise<string> {
  const { armor } = await import("age-encryption");
  const encrypter = await encrypterFor(recipient);
  return `${armor.encode(await encrypter.encrypt(dataKey)).trimEnd()}\n`;
}

/** Decrypts it; null where none of the keys does. */
export async function unwrap(
  enc: string,
  identities: readonly Identity[],
): Promise<Uint8Array | null> {
  const { armor, Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  for (const { key } of identities) decrypter.addIdentity(key);
  try {
    return await decrypter.decrypt(armor.decode(enc));
  } catch {
    return null;
  }
}
