/** Takes what macOS's dscl(1) prints of a record, gives the account. Pure.
 *
 * A line is `Attribute: value value`; where a value has a blank, each is on a line of its own that begins with one. */
import type { GroupEntry, UserEntry } from "./accounts.ts";

/** Command lines that print records. `/Search` is where the system itself looks: this machine's, then the directories
 * that it belongs to. */
export const readUser = (name: string): readonly string[] => [
  ...["/usr/bin/dscl", "/Search", "-read", `/Users/${name}`],
  ...["RecordName", "UniqueID", "PrimaryGroupID", "RealName", "NFSHomeDirectory", "UserShell"],
];
export const readGroup = (name: string): readonly string[] => [
  ...["/usr/bin/dscl", "/Search", "-read", `/Groups/${name}`],
  ...["RecordName", "PrimaryGroupID", "GroupMembership"],
];
/** Prints the name first of each group that has a number. */
export const searchGroup = (gid: number): readonly string[] => [
  ...["/usr/bin/dscl", "/Search", "-search", "/Groups", "PrimaryGroupID", String(gid)],
];

/** The user; null where what was printed is of none. */
export function userOfDscl(output: string): UserEntry | null {
  const { first } = attributes(output);
  const name = first("RecordName"), uid = first("UniqueID"), gid = first("PrimaryGroupID");
  if (name === "" || !isNumber(uid) || !isNumber(gid)) return null;
  return {
    name,
    uid: Number(uid),
    gid: Number(gid),
    comment: first("RealName"),
    home: first("NFSHomeDirectory"),
    shell: first("UserShell"),
  };
}

/** The group; null where what was printed is of none. */
export function groupOfDscl(output: string): GroupEntry | null {
  const { first, all } = attributes(output);
  const name = first("RecordName"), gid = first("PrimaryGroupID");
  if (name === "" || !isNumber(gid)) return null;
  return { name, gid: Number(gid), members: all("GroupMembership") };
}

/** The first name that `searchGroup` has found. */
export function nameInSearch(output: string): string | null {
  return /^(\S+)\t/.exec(output)?.[1] ?? null;
}

/** `nobody` has -2. */
function isNumber(text: string): boolean {
  return /^-?\d+$/.test(text);
}

interface Attributes {
  /** The first value; empty for none. */
  first(name: string): string;
  all(name: string): readonly string[];
}

function attributes(output: string): Attributes {
  const found = new Map<string, string[]>();
  let values: string[] = [];
  for (const line of output.split("\n")) {
    const [, name, rest] = /^(?:dsAttrTypeStandard:|dsAttrTypeNative:)?([^\s:]+):(?: (.*))?$/
      .exec(line) ?? [];
    if (name === undefined) {
      if (line.startsWith(" ")) values.push(line.slice(1));
      continue;
    }
    values = (rest ?? "").split(" ").filter(Boolean);
    found.set(name, values);
  }
  return {
    first: (name) => found.get(name)?.[0] ?? "",
    all: (name) => found.get(name) ?? [],
  };
}
