/** What sops writes into a file beside its values, under the key `sops`. */
import { badFile } from "./bad_file.ts";
import { DEFAULT_SELECTION, RULES, type Selection } from "./selection.ts";
import {
  type Branch,
  branch,
  elementsOf,
  entriesOf,
  type Entry,
  entry,
  leaf,
  list,
  textOf,
  valueOf,
} from "./tree.ts";

/** Kinds of keys by which a data key can be encrypted, as sops names them. */
export const KEY_TYPES = [
  "age",
  "azure_kv",
  "gcp_kms",
  "hc_vault",
  "hckms",
  "kms",
  "pgp",
] as const;
export type KeyType = typeof KEY_TYPES[number];

/** One key, with the data key (or a part of it) encrypted for it. */
export interface MasterKey {
  readonly type: KeyType;
  /** As they are in the file: of an age key `recipient` and `enc`. */
  readonly fields: Branch;
}

export interface Metadata {
  /** Any key of a group gives its part of the data key; the only group has all of it. */
  readonly groups: readonly (readonly MasterKey[])[];
  /** How many groups give the data key. */
  readonly threshold: number;
  /** A time of RFC 3339, to which the MAC is bound. */
  readonly lastModified: string;
  /** Encrypted. */
  readonly mac: string;
  readonly selection: Selection;
  readonly macOnlyEncrypted: boolean;
  /** Of the sops whose format it is. */
  readonly version: string;
}

/** An age key of a file. */
export function ageKey(recipient: string, enc: string): MasterKey {
  const fields = branch([
    entry("enc", leaf("str", enc)),
    entry("recipient", leaf("str", recipient)),
  ]);
  return { type: "age", fields };
}

/** A text in a map; "" where there is none. */
export function textAt(map: Branch, key: string): string {
  const value = valueOf(map, key);
  return value?.kind === "leaf" ? textOf(value) ?? "" : "";
}

/** @throws SysError where something is missing, or says two things */
export function metadataFrom(map: Branch): Metadata {
  const rules = RULES.filter((rule) => textAt(map, rule) !== "");
  if (rules.length > 1) {
    throw badFile(`its metadata have both ${rules[0]} and ${rules[1]}`);
  }
  const groups = groupsFrom(map);
  const [lastModified, mac] = ["lastmodified", "mac"].map((key) => textAt(map, key));
  if (lastModified === "" || mac === "") {
    throw badFile("its metadata of sops have no MAC, or no time");
  }
  const threshold = Number(textAt(map, "shamir_threshold") || "0");
  return {
    groups,
    threshold: Number.isInteger(threshold) && threshold > 0 ? threshold : groups.length,
    lastModified,
    mac,
    selection: rules.length === 0
      ? DEFAULT_SELECTION
      : { rule: rules[0], pattern: textAt(map, rules[0]) },
    macOnlyEncrypted: /^true$/i.test(textAt(map, "mac_only_encrypted")),
    version: textAt(map, "version"),
  };
}

function groupsFrom(map: Branch): MasterKey[][] {
  const own = keysFrom(map);
  if (own.length > 0) return [own];
  const groups = valueOf(map, "key_groups");
  const found = groups?.kind === "list"
    ? elementsOf(groups).filter((group) => group.kind === "branch").map(keysFrom)
    : [];
  if (found.length === 0 || found.some((group) => group.length === 0)) {
    throw badFile("it is encrypted for nobody: its metadata of sops name no key");
  }
  return found;
}

function keysFrom(map: Branch): MasterKey[] {
  return KEY_TYPES.flatMap((type) => {
    const keys = valueOf(map, type);
    if (keys?.kind !== "list") return [];
    return elementsOf(keys).filter((fields) => fields.kind === "branch")
      .map((fields) => ({ type, fields }));
  });
}

/** As it is written, in the order of its keys. */
export function metadataBranch(metadata: Metadata): Branch {
  const { groups, selection, macOnlyEncrypted } = metadata;
  const text = (key: string, value: string): Entry => entry(key, leaf("str", value));
  const keys = groups.length === 1
    ? keyEntries(groups[0])
    : [entry("key_groups", list(groups.map((group) => branch(keyEntries(group)))))];
  const entries = [
    ...keys,
    text("lastmodified", metadata.lastModified),
    text("mac", metadata.mac),
    ...(macOnlyEncrypted ? [entry("mac_only_encrypted", leaf("bool", "True"))] : []),
    ...(groups.length > 1
      ? [entry("shamir_threshold", leaf("int", String(metadata.threshold)))]
      : []),
    text(selection.rule, selection.pattern),
    text("version", metadata.version),
  ];
  return branch(entries.sort((one, other) => one.key < other.key ? -1 : 1));
}

function keyEntries(group: readonly MasterKey[]): Entry[] {
  return KEY_TYPES.flatMap((type) => {
    const keys = group.filter((key) => key.type === type).map(({ fields }) => fields);
    return keys.length === 0 ? [] : [entry(type, list(keys))];
  });
}

/** What names a key to a person. */
export function nameOf({ type, fields }: MasterKey): string {
  const named = {
    age: "recipient",
    pgp: "fp",
    kms: "arn",
    gcp_kms: "resource_id",
    hckms: "key_id",
  };
  const key = (named as Record<string, string>)[type];
  if (key !== undefined) return textAt(fields, key);
  return entriesOf(fields).filter(({ key }) => !["enc", "created_at"].includes(key))
    .map(({ key }) => textAt(fields, key)).join(" ");
}
