/** Takes the key groups of a file and a person's keys, gives the data key; and the other way round. */
import { randomBytes } from "node:crypto";
import { type Identity, unwrap, wrap } from "./age.ts";
import { badFile } from "./bad_file.ts";
import { ageKey, type MasterKey, type Metadata, nameOf, textAt } from "./metadata.ts";
import { combine, split } from "./shamir.ts";

const LENGTH = 32;

/** Recipients by groups, and how many groups give the data key. */
export interface Audience {
  readonly groups: readonly (readonly string[])[];
  readonly threshold: number;
}

export function newDataKey(): Uint8Array {
  return new Uint8Array(randomBytes(LENGTH));
}

/** Which key types other than age's could open a file, and with it the data key. */
export function foreignTypes({ groups }: Pick<Metadata, "groups">): string[] {
  return [...new Set(groups.flat().map(({ type }) => type).filter((type) => type !== "age"))]
    .sort();
}

/** @throws SysError where the keys do not suffice */
export async function dataKeyOf(
  { groups, threshold }: Pick<Metadata, "groups" | "threshold">,
  identities: readonly Identity[],
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const group of groups) {
    const part = await partOf(group, identities);
    if (part !== null) parts.push(part);
  }
  const needed = groups.length === 1 ? 1 : threshold;
  if (parts.length < needed) throw closed(groups, needed, parts.length, identities);
  const key = groups.length === 1 ? parts[0] : combine(parts);
  if (key.length !== LENGTH) throw badFile(`its data key does not have ${LENGTH} bytes`);
  return key;
}

async function partOf(
  group: readonly MasterKey[],
  identities: readonly Identity[],
): Promise<Uint8Array | null> {
  if (identities.length === 0) return null;
  for (const { type, fields } of group) {
    if (type !== "age") continue;
    const part = await unwrap(textAt(fields, "enc"), identities);
    if (part !== null) return part;
  }
  return null;
}

function closed(
  groups: Metadata["groups"],
  needed: number,
  opened: number,
  identities: readonly Identity[],
) {
  const names = groups.flat().map((key) => `${key.type} ${nameOf(key)}`).join(", ");
  const reason = identities.length === 0
    ? "there is no key to decrypt it with"
    : groups.length > 1
    ? `${needed} of its ${groups.length} key groups are needed, and your keys open ${opened}`
    : "none of your keys opens it";
  return badFile(
    `${reason}; it is encrypted for ${names}`,
    "have one of these keys in SOPS_AGE_KEY_FILE, SOPS_AGE_KEY, ~/.config/sops/age/keys.txt or " +
      "~/.ssh/id_ed25519, or ask somebody who has one to add yours (`sys secrets rekey`)",
  );
}

/** Encrypts a data key for an audience. */
export async function masterKeysFor(
  dataKey: Uint8Array,
  { groups, threshold }: Audience,
): Promise<MasterKey[][]> {
  const parts = groups.length === 1 ? [dataKey] : split(dataKey, groups.length, threshold);
  return await Promise.all(
    groups.map((group, n) =>
      Promise.all(
        group.map(async (recipient) => ageKey(recipient, await wrap(parts[n], recipient))),
      )
    ),
  );
}
