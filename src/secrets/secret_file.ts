/** Takes the bytes of a file of secrets and keys, gives what it holds; takes what it shall hold, gives the bytes. */
import type { Identity } from "./age.ts";
import { badFile } from "./bad_file.ts";
import { Cipher } from "./cipher.ts";
import { type Audience, dataKeyOf, masterKeysFor, newDataKey } from "./data_key.ts";
import type { Format } from "./formats/format.ts";
import { formatOf, type Kind } from "./formats/kinds.ts";
import type { Metadata } from "./metadata.ts";
import { seal, type Sealing, unseal } from "./seal.ts";
import { type Branch, leaf, textOf } from "./tree.ts";

/** A file that is open: what it holds, and all that it takes to write it again. */
export interface SecretFile {
  readonly kind: Kind;
  readonly tree: Branch;
  readonly metadata: Metadata;
  readonly cipher: Cipher;
}

/** The version of sops whose format is written. */
const VERSION = "3.13.3";

/** Bytes of a file, at most: all of it is in memory several times. */
const MOST = 32 << 20;

/** What a file says of itself without a key.
 * @throws SysError where it is no file of sops */
export async function metadataOf(bytes: Uint8Array, kind: Kind): Promise<Metadata> {
  return read(bytes, await formatOf(kind)).metadata;
}

function read(bytes: Uint8Array, format: Format) {
  if (bytes.length > MOST) throw badFile(`it has more than ${MOST >> 20} MiB`);
  if (bytes.length === 0) throw badFile("it is empty");
  return format.split(format.parseSealed(bytes));
}

/**
 * Decrypts a file.
 * @throws SysError of kind "config" where no key opens it, or it is damaged; nothing of what it holds is in the message
 */
export async function decryptFile(
  bytes: Uint8Array,
  kind: Kind,
  identities: readonly Identity[],
): Promise<SecretFile> {
  const { tree: sealed, metadata } = read(bytes, await formatOf(kind));
  const cipher = new Cipher(await dataKeyOf(metadata, identities));
  const { tree, mac } = unseal(sealed, metadata, cipher);
  if (!sameMac(cipher, metadata, mac)) {
    throw badFile(
      "its MAC does not fit: values were changed, added or left out by who had no key",
      "take the file from a backup, or from the history of your repository",
    );
  }
  return { kind, tree, metadata, cipher };
}

function sameMac(cipher: Cipher, { mac, lastModified }: Metadata, computed: string): boolean {
  try {
    return textOf(leaf("str", cipher.open(mac, lastModified).plain)) === computed;
  } catch {
    return false;
  }
}

/** Encrypts what an open file shall hold from now on. What is as it was keeps its text. @param time of RFC 3339 */
export function encryptAgain(
  file: SecretFile,
  tree: Branch,
  time: string,
): Promise<Uint8Array> {
  const { kind, cipher, metadata } = file;
  return written(kind, tree, { ...metadata, lastModified: time }, cipher);
}

/** For whom, and what of it, a new file is encrypted. */
export interface Sealer extends Audience, Sealing {}

/** Encrypts a new file. */
export async function encryptNew(
  kind: Kind,
  tree: Branch,
  sealer: Sealer,
  time: string,
): Promise<Uint8Array> {
  const dataKey = newDataKey();
  const metadata = {
    groups: await masterKeysFor(dataKey, sealer),
    threshold: sealer.threshold,
    lastModified: time,
    mac: "",
    selection: sealer.selection,
    macOnlyEncrypted: sealer.macOnlyEncrypted,
    version: VERSION,
  };
  return await written(kind, tree, metadata, new Cipher(dataKey));
}

/** Encrypts an open file for others. @param renew gives it another data key: who had the former one can't read what is
 * written from now on */
export async function encryptFor(
  file: SecretFile,
  audience: Audience,
  { renew, time }: { readonly renew: boolean; readonly time: string },
): Promise<Uint8Array> {
  const cipher = renew ? new Cipher(newDataKey()) : file.cipher;
  const groups = await masterKeysFor(cipher.key, audience);
  const { threshold } = audience;
  return await written(
    file.kind,
    file.tree,
    { ...file.metadata, groups, threshold, lastModified: time },
    cipher,
  );
}

async function written(
  kind: Kind,
  plain: Branch,
  metadata: Metadata,
  cipher: Cipher,
): Promise<Uint8Array> {
  const format = await formatOf(kind);
  const { tree, mac } = seal(plain, metadata, cipher);
  const proof = cipher.seal(new TextEncoder().encode(mac), "str", metadata.lastModified);
  return format.emitSealed(format.join(tree, { ...metadata, mac: proof }));
}
