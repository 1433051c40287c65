/** Users and groups of this machine, as a port; and how the files of Unix list them. */

export interface UserEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Full name, for people. */
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  /** Names of users; those whose main group it is need not be among them. */
  readonly members: readonly string[];
}

/** Looks accounts up, by name or by number; null where there is none. */
export interface Accounts {
  user(who: string | number): UserEntry | null;
  group(which: string | number): GroupEntry | null;
}

/** Where there are none beside those of the files. */
export const NO_ACCOUNTS: Accounts = { user: () => null, group: () => null };

/** A user in a text like `/etc/passwd`; null where there is none. */
export function userIn(passwd: string, who: string | number): UserEntry | null {
  const found = lineOf(passwd, who);
  if (found === null) return null;
  const [name, , uid, gid, comment = "", home = "", shell = ""] = found;
  return { name, uid: Number(uid), gid: Number(gid), comment, home, shell };
}

/** A group in a text like `/etc/group`; null where there is none. */
export function groupIn(group: string, which: string | number): GroupEntry | null {
  const found = lineOf(group, which);
  if (found === null) return null;
  const [name, , gid, members = ""] = found;
  return { name, gid: Number(gid), members: members.split(",").filter(Boolean) };
}

/** Both files begin with name, password and number. */
function lineOf(text: string, which: string | number): string[] | null {
  const wanted = String(which), column = typeof which === "number" ? 2 : 0;
  for (const line of text.split("\n")) {
    const fields = line.split(":");
    if (fields[column] === wanted && fields[0] !== "" && /^-?\d+$/.test(fields[2] ?? "")) {
      return fields;
    }
  }
  return null;
}
