/** Data keys in files of age, one for each recipient, armored, as sops has them. */
import {
  armor,
  Decrypter,
  Encrypter,
  generateX25519Identity,
  type Identity as AgeIdentity,
  identityToRecipient,
} from "age-encryption";
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
  const secret = await generateX25519Identity();
  return { secret, recipient: await identityToRecipient(secret) };
}

/** The key in a line that begins with `AGE-SECRET-KEY-`.
 * @throws SysError where it is none */
export async function ageIdentity(line: string): Promise<Identity> {
  if (/^AGE-PLUGIN-/i.test(line)) {
    throw badFile("it is a key of a plugin of age, which sys can't use");
  }
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
export function recipientIn(text: string): string {
  const named = text.trim();
  encrypterFor(named);
  return named.startsWith("ssh-") ? sshPublicKey(named).line : named;
}

function encrypterFor(recipient: string): Encrypter {
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
  return `${armor.encode(await encrypterFor(recipient).encrypt(dataKey)).trimEnd()}\n`;
}

/** Decrypts it; null where none of the keys does. */
export async function unwrap(
  enc: string,
  identities: readonly Identity[],
): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  for (const { key } of identities) decrypter.addIdentity(key);
  try {
    return await decrypter.decrypt(armor.decode(enc));
  } catch {
    return null;
  }
}
