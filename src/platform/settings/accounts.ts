/** Takes users and groups, gives command lines for Linux; and reads what there is. Pure.
 *
 * Keys: `group:<name>`, `user:<name>`, `membership:<user>:<group>`. Existing users and groups are left as they
 * are: only that they are there is seen to. */
import type { Json } from "../../manifest/types.ts";
import { SysError } from "../../errors.ts";

/** Names as useradd takes them on every distribution. */
const NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

/** What an account setting is about. */
export type Account =
  | { readonly what: "user" | "group"; readonly name: string }
  | { readonly what: "membership"; readonly user: string; readonly group: string };

/** Reads a key. @throws SysError of kind "config" for a name that no system takes */
export function parseAccountKey(key: string): Account {
  const [what, ...names] = key.split(":");
  for (const name of names) {
    if (!NAME.test(name)) {
      throw new SysError("config", `Cannot use "${name}" as the name of a user or group`, {
        hint: "names have lower-case letters, digits, `_` and `-`, and start with no digit",
      });
    }
  }
  if (what === "membership") return { what, user: names[0], group: names[1] };
  return { what: what as "user" | "group", name: names[0] };
}

/** Command line that makes an account, with the options of `ensure_user` and `ensure_group`. */
export function createAccount(account: Account, options: Json): readonly string[] {
  const option = (name: string) =>
    (options as { readonly [key: string]: Json } | null)?.[name] ?? null;
  if (account.what === "membership") return ["gpasswd", "--add", account.user, account.group];
  const flags: string[] = [];
  const add = (flag: string, value: Json) => {
    if (value !== null && value !== false) {
      flags.push(flag, ...(value === true ? [] : [`${value}`]));
    }
  };
  add("--system", option("system") === true);
  if (account.what === "group") {
    add("--gid", option("gid"));
    return ["groupadd", ...flags, account.name];
  }
  add("--uid", option("uid"));
  add("--gid", option("group"));
  add("--shell", option("shell"));
  add("--home-dir", option("home"));
  add("--comment", option("description"));
  if (option("create_home") === true) flags.push("--create-home");
  return ["useradd", ...flags, account.name];
}

/** Command line that takes away an account that sys.lua made. A home folder stays: it holds the user's files. */
export function removeAccount(account: Account): readonly string[] {
  switch (account.what) {
    case "user":
      return ["userdel", account.name];
    case "group":
      return ["groupdel", account.name];
    case "membership":
      return ["gpasswd", "--delete", account.user, account.group];
  }
}

/** Whether an account is in `/etc/passwd` and `/etc/group`. */
export function hasAccount(account: Account, passwd: string, group: string): boolean {
  switch (account.what) {
    case "user":
      return entry(passwd, account.name) !== null;
    case "group":
      return entry(group, account.name) !== null;
    case "membership": {
      const members = entry(group, account.group)?.[3]?.split(",") ?? [];
      const primary = entry(passwd, account.user)?.[3];
      return members.includes(account.user) ||
        (primary !== undefined && primary === entry(group, account.group)?.[2]);
    }
  }
}

/** Numeric user and group, and home folder, of a user; null where there is none of that name. */
export function findUser(
  passwd: string,
  name: string,
): { readonly uid: number; readonly gid: number; readonly home: string } | null {
  const found = entry(passwd, name);
  if (found === null) return null;
  return { uid: Number(found[2]), gid: Number(found[3]), home: found[5] };
}

/** Numeric group; null where there is none of that name. */
export function findGroup(group: string, name: string): number | null {
  const found = entry(group, name);
  return found === null ? null : Number(found[2]);
}

function entry(database: string, name: string): string[] | null {
  for (const line of database.split("\n")) {
    if (line.startsWith(`${name}:`)) return line.split(":");
  }
  return null;
}
